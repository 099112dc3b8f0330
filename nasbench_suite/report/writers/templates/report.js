"use strict";
// What a reader does with the page: choose rows, sort, filter, and draw. Figures come from the JSON beside this script.
(() => {
  const DRAWN = 10; // configurations drawn at first: all where they are so few, else the first of each algorithm
  const DASHES = { "-": [1, 0], "--": [7, 4], ":": [2, 3], "-.": [7, 3, 2, 3] };
  const SPLITS = ["valid", "test"], SPLIT_NAMES = { valid: "validation", test: "test" };
  const groups = JSON.parse(document.getElementById("data").textContent);
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  const coarse = window.matchMedia("(pointer: coarse)").matches;

  // ---- colours ----

  const isDark = () => {
    const chosen = document.documentElement.dataset.scheme;
    return chosen ? chosen === "dark" : media.matches;
  };
  const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const luminance = ([red, green, blue]) => (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  const mixed = (parts, other, share) =>
    "#" + parts.map((part) => Math.round(part + (other - part) * share).toString(16).padStart(2, "0")).join("");
  // an algorithm keeps its hue: on a dark page a dark colour is made lighter, as vivid as it was
  const visible = (colour) => {
    const parts = channels(colour), light = luminance(parts);
    if (!isDark()) return light > 0.7 ? mixed(parts, 0, 0.25) : colour;
    if (light > 0.45) return colour;
    const most = Math.max(...parts), least = Math.min(...parts);
    if (most - least < 20) return mixed(parts, 255, 0.9 - light);
    const lightness = (most + least) / 510, wanted = Math.max(lightness, 0.56);
    const spread = 1 - Math.abs(2 * lightness - 1), chroma = ((most - least) / 255 / spread) * (1 - Math.abs(2 * wanted - 1));
    const share = (part) => (part - least) / (most - least);
    return mixed(parts.map((part) => 255 * (wanted - chroma / 2 + chroma * share(part))), 0, 0);
  };
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const config = () => ({
    background: "transparent", font: "system-ui, Segoe UI, Helvetica, Arial, sans-serif",
    view: { stroke: "transparent" },
    axis: {
      labelColor: style("--quiet"), titleColor: style("--text"), gridColor: style("--line"), gridOpacity: 0.7,
      domainColor: style("--line"), tickColor: style("--line"), labelFontSize: 12, titleFontSize: 12,
      titleFontWeight: "normal", labelOverlap: true, titlePadding: 8,
    },
    legend: { labelColor: style("--text"), titleColor: style("--text"), labelFontSize: 12 },
    header: { labelColor: style("--text"), labelFontSize: 12 },
  });

  // ---- drawing ----

  const number = (value) => value == null ? "-" : value.toLocaleString("en", { maximumSignificantDigits: 3 });
  const ticks = (tickCount) => ({ tickCount, labelExpr: "format(datum.value, datum.value >= 10000 ? '~s' : ',~g')" });

  async function draw(figure, spec, said) {
    const plot = figure.querySelector(".plot");
    const turn = (plot.turn = (plot.turn || 0) + 1);
    plot.dataset.state = "drawing";
    if (plot.finalize) plot.finalize();
    plot.finalize = null;
    plot.replaceChildren();
    if (!spec) {
      plot.textContent = said;
      plot.dataset.state = "drawn";
      return;
    }
    const options = {
      mode: "vega-lite", actions: false, ast: true, renderer: spec.usermeta ? spec.usermeta.renderer : "svg",
      defaultStyle: false, config: config(),
    };
    const whole = { autosize: { type: "fit-x", contains: "padding" }, width: "container", description: said, ...spec };
    try {
      const found = await vegaEmbed(plot, whole, options);
      if (plot.turn !== turn) return found.finalize();
      plot.finalize = () => found.finalize();
      plot.dataset.state = "drawn";
    } catch (error) {
      if (plot.turn !== turn) return;
      plot.dataset.state = "failed";
      plot.textContent = "This chart cannot be drawn.";
      console.error(error);
    }
  }

  const called = (group, at) => ({ c: group.configurations[at].name, l: group.configurations[at].label });

  const looks = (group, shown) => {
    const members = shown.map((at) => group.configurations[at]);
    const domain = members.map((each) => each.name);
    return {
      color: { field: "c", type: "nominal", legend: null, scale: { domain, range: members.map((each) => visible(each.colour)) } },
      strokeDash: { field: "c", type: "nominal", legend: null, scale: { domain, range: members.map((each) => DASHES[each.dash]) } },
      y: { field: "c", type: "nominal", title: null, sort: domain, axis: { labelLimit: narrow() ? 105 : 190, ticks: false, grid: false } },
    };
  };
  const tall = (shown, most) => shown.length * Math.max(22, Math.min(most, Math.floor(320 / shown.length)));
  const narrow = () => document.documentElement.clientWidth < 560;
  const tip = (...fields) => fields.map(([field, title, format]) => ({ field, title, ...(format && { format }) }));

  // ---- over time ----

  const span = (values) => {
    let low = Infinity, high = -Infinity;
    for (const value of values) if (value != null) { low = Math.min(low, value); high = Math.max(high, value); }
    return low < high ? [low, high] : null;
  };

  function timeRows(group, shown, { quantity, split, unit }) {
    const rows = [];
    for (const at of shown) {
      const name = called(group, at);
      if (quantity === "rank") {
        const found = group.ranks[unit];
        if (found) found.x.forEach((x, place) => rows.push({ ...name, x, y: found.mean[at][place] }));
        continue;
      }
      const curve = group.curves[unit][at], band = curve[split];
      const best = group.configurations[at].best[SPLITS.indexOf(split)];
      if (!band || (quantity === "regret" && best == null)) continue;
      const worth = (value) => value == null ? null : quantity === "regret" ? best - value : value;
      curve.x.forEach((x, place) => {
        const [y, low, high] = band.map((line) => worth(line[place]));
        if (y != null) rows.push({ ...name, x, y, low, high });
      });
    }
    return rows;
  }

  function timeSpec(group, shown, chosen, view) {
    let rows = timeRows(group, shown, chosen);
    if (chosen.height === "log") {
      rows = rows.filter((row) => row.y > 0).map((row) => ({ ...row, low: Math.max(row.low, row.y / 10), high: row.high }));
    }
    const whole = span(rows.map((row) => row.x));
    if (!whole) return [null, null];
    const domain = view || whole;
    // a steep start would flatten all the rest, so the height is that of what comes later
    const late = chosen.scale === "log" ? domain[0] * (domain[1] / domain[0]) ** 0.25 : domain[0] + 0.05 * (domain[1] - domain[0]);
    const high = span(rows.filter((row) => row.x >= late && row.x <= domain[1]).flatMap((row) => [row.low ?? row.y, row.high ?? row.y]))
      || span(rows.map((row) => row.y));
    const names = { accuracy: "accuracy (%)", regret: "regret (points)", rank: "mean rank (1 is best)" };
    const title = chosen.quantity === "rank" ? names.rank : `${SPLIT_NAMES[chosen.split]} ${names[chosen.quantity]}`;
    const { color, strokeDash } = looks(group, shown);
    const x = { field: "x", type: "quantitative", title: group.units[chosen.unit], scale: { type: chosen.scale, domain, nice: false }, axis: ticks(narrow() ? 4 : 8) };
    const margin = high && chosen.height !== "log" ? 0.04 * (high[1] - high[0]) : 0;
    const y = {
      field: "y", type: "quantitative", title, axis: { tickCount: 6 },
      scale: { type: chosen.height, zero: false, nice: false, reverse: chosen.quantity === "rank", ...(high && { domain: [high[0] - margin, high[1] + margin] }) },
    };
    const said = [["l", "configuration"], ["x", group.units[chosen.unit], ",.4~g"], ["y", title, ".3f"], ["low", "95% from", ".3f"], ["high", "to", ".3f"]];
    const tooltip = tip(...(chosen.quantity === "rank" ? said.slice(0, 3) : said));
    const layers = [{
      mark: { type: "line", clip: true, strokeWidth: 2 }, encoding: { x, y, color, strokeDash },
      ...(!coarse && { params: [{ name: "zoom", bind: "scales", select: { type: "interval", zoom: "wheel![event.ctrlKey || event.shiftKey]" } }] }),
    }, {
      mark: { type: "point", filled: true, size: 60, clip: true },
      params: [{ name: "near", select: { type: "point", on: "pointermove", clear: "pointerout", nearest: true } }],
      encoding: { x, y, color, tooltip, opacity: { condition: { param: "near", empty: false, value: 1 }, value: 0 } },
    }];
    if (chosen.quantity !== "rank") {
      layers.unshift({ mark: { type: "area", clip: true, opacity: 0.14 }, encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color } });
    }
    return [{ height: narrow() ? 280 : 380, data: { values: rows }, layer: layers }, whole];
  }

  function moved(view, whole, scale, by, factor) {
    const into = scale === "log" ? Math.log : (value) => value, back = scale === "log" ? Math.exp : (value) => value;
    const [low, high] = view.map(into), [least, most] = whole.map(into);
    const width = Math.min((high - low) * factor, most - least);
    const middle = Math.min(Math.max((low + high) / 2 + by * (high - low), least + width / 2), most - width / 2);
    return [back(middle - width / 2), back(middle + width / 2)];
  }

  // ---- every search ----

  function endRows(group, shown, { dataset, split }) {
    const column = 2 * Number(dataset) + SPLITS.indexOf(split), rows = [];
    for (const at of shown) {
      const name = called(group, at), seeds = group.ends.seeds[at];
      group.ends.of[at].forEach((place, nth) => {
        const v = place == null ? null : group.ends.scores[place][column];
        if (v != null) rows.push({ ...name, v, s: Array.isArray(seeds) ? seeds[nth] : seeds + nth, j: (nth * 61) % 97 });
      });
    }
    return rows;
  }

  function ecdfRows(rows) {
    const by = new Map();
    for (const { c, l, v } of rows) {
      if (!by.has(c)) by.set(c, { c, l, values: [] });
      by.get(c).values.push(v);
    }
    return [...by.values()].flatMap(({ c, l, values }) => {
      values.sort((a, b) => a - b);
      const found = values.map((v, at) => ({ c, l, v, p: (at + 1) / values.length }));
      const steps = found.filter((row, at) => at === found.length - 1 || found[at + 1].v > row.v);
      return [{ c, l, v: values[0], p: 0 }, ...steps];
    });
  }

  function endSpec(group, shown, chosen) {
    const rows = endRows(group, shown, chosen);
    if (!rows.length) return null;
    const { color, strokeDash, y } = looks(group, shown);
    const title = `${SPLIT_NAMES[chosen.split]} accuracy on ${group.datasets[Number(chosen.dataset)]} (%)`;
    const x = { field: "v", type: "quantitative", title, scale: { zero: false }, axis: { tickCount: narrow() ? 4 : 7 } };
    const height = tall(shown, 44);
    if (chosen.as === "ecdf") {
      const share = { field: "p", type: "quantitative", title: "share of searches with at most this", axis: { format: ".0%" } };
      const tooltip = tip(["l", "configuration"], ["v", title, ".2f"], ["p", "share of searches", ".1%"]);
      return { height: 320, data: { values: ecdfRows(rows) }, mark: { type: "line", interpolate: "step-after", point: { opacity: 0, size: 60 } }, encoding: { x, y: share, color, strokeDash, tooltip } };
    }
    if (chosen.as === "box") return { height, data: { values: rows }, mark: { type: "boxplot", size: 14, median: { color: style("--back") }, rule: { color: style("--quiet") }, outliers: { size: 10 } }, encoding: { x, y, color } };
    const tooltip = tip(["l", "configuration"], ["s", "seed"], ["v", title, ".2f"]);
    return {
      height, data: { values: rows }, usermeta: { renderer: rows.length > 2000 ? "canvas" : "svg" }, layer: [
        { mark: { type: "point", filled: true, size: rows.length > 300 ? 9 : 24, opacity: rows.length > 300 ? 0.45 : 0.75 }, encoding: { x, y, yOffset: { field: "j", type: "quantitative", scale: { domain: [-12, 109] } }, color, tooltip } },
        { mark: { type: "tick", thickness: 2, size: 22, color: style("--text") }, encoding: { x: { ...x, aggregate: "median" }, y, tooltip: [{ field: "l", title: "configuration" }, { field: "v", aggregate: "median", title: "median", format: ".2f" }] } },
      ],
    };
  }

  // ---- time to a target ----

  function targetSpec(group, shown, { unit, target }) {
    const found = group.targets, at = Number(target), rows = [];
    for (const member of shown) {
      const [first, half, last] = found.reached[member][unit], shares = found.reached[member].share;
      found.accuracy.forEach((a, place) => {
        if (half[place] != null) rows.push({ ...called(group, member), a, t: half[place], first: first[place], last: last[place], share: shares[place] });
      });
    }
    if (!rows.length) return null;
    const { color, strokeDash } = looks(group, shown);
    const x = { field: "a", type: "quantitative", title: `target: ${SPLIT_NAMES[group.split]} accuracy on ${group.dataset} (%)`, scale: { zero: false, nice: false } };
    const y = { field: "t", type: "quantitative", title: `${unit} until half have it`, scale: { type: rows.every((row) => row.t > 0) ? "log" : "linear" }, axis: ticks(5) };
    const tooltip = tip(["l", "configuration"], ["a", "target", ".2f"], ["t", "half of the searches", ",.4~g"], ["first", "a quarter", ",.4~g"], ["last", "three quarters", ",.4~g"], ["share", "ever reached", ".1%"]);
    return {
      height: 260, data: { values: rows }, layer: [
        { mark: { type: "line", point: { size: 60, opacity: 0 }, strokeWidth: 2 }, encoding: { x, y, color, strokeDash, tooltip } },
        { data: { values: [{ a: found.accuracy[at] }] }, mark: { type: "rule", color: style("--quiet"), strokeDash: [3, 3] }, encoding: { x: { field: "a", type: "quantitative" } } },
      ],
    };
  }

  function targetTable(group, shown, { unit, target }) {
    const at = Number(target), table = document.createElement("table"), body = document.createElement("tbody");
    const row = (texts, scope) => {
      const line = document.createElement("tr");
      texts.forEach((text, place) => {
        const cell = document.createElement(scope === "col" || place === 0 ? "th" : "td");
        if (cell.tagName === "TH") cell.scope = scope;
        cell.textContent = text;
        line.append(cell);
      });
      return line;
    };
    const head = document.createElement("thead");
    head.append(row(["", "reached by", "a quarter", "half", "three quarters"], "col"));
    for (const member of shown) {
      const found = group.targets.reached[member];
      body.append(row([group.configurations[member].name, `${Math.round(1000 * found.share[at]) / 10}%`, ...found[unit].map((line) => number(line[at]))], "row"));
    }
    table.append(head, body);
    return table;
  }

  // ---- cost, supernets ----

  function spentSpec(group, shown, { spent }) {
    const rows = shown.map((at) => ({ ...called(group, at), v: group.configurations[at].spent[spent] })).filter((row) => row.v != null);
    if (!rows.length) return null;
    const { color, y } = looks(group, shown);
    const x = { field: "v", type: "quantitative", title: `${spent} per search`, axis: ticks(5) };
    return { height: tall(shown, 34), data: { values: rows }, mark: { type: "bar", height: { band: 0.65 } }, encoding: { x, y, color, tooltip: tip(["l", "configuration"], ["v", spent, ",.4~g"]) } };
  }

  function supernetSpec(group, shown, { metric }) {
    const rows = [];
    for (const at of shown) {
      const line = (group.supernets.metrics[metric] || [])[at];
      if (line) line.x.forEach((x, place) => rows.push({ ...called(group, at), x, y: line.y[0][place], low: line.y[1][place], high: line.y[2][place] }));
    }
    if (!rows.length) return null;
    const { color, strokeDash } = looks(group, shown);
    const x = { field: "x", type: "quantitative", title: "epochs of the supernet", axis: { tickMinStep: 1 }, scale: { nice: false, zero: false } };
    const y = { field: "y", type: "quantitative", title: metric, scale: { zero: false } };
    const tooltip = tip(["l", "configuration"], ["x", "epoch"], ["y", metric, ".4~g"], ["low", "95% from", ".4~g"], ["high", "to", ".4~g"]);
    return {
      height: 300, data: { values: rows }, layer: [
        { mark: { type: "area", opacity: 0.15 }, encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color } },
        { mark: { type: "line", point: { size: 30 } }, encoding: { x, y, color, strokeDash, tooltip } },
      ],
    };
  }

  // ---- published numbers ----

  function publishedSpec(group, shown, { column }) {
    const names = new Set(shown.map((at) => group.configurations[at].label)), rows = [];
    for (const each of group.published) {
      if (each.column !== Number(column) || !names.has(each.label)) continue;
      const name = { c: each.name, l: each.label, from: each.source };
      for (const [who, [v, std]] of [["ours", each.ours], ["published", each.theirs]]) rows.push({ ...name, who, v, std, low: v - (std || 0), high: v + (std || 0) });
    }
    if (!rows.length) return null;
    const domain = ["ours", "published"], labels = [...new Set(rows.map((row) => row.c))];
    const x = { type: "quantitative", scale: { zero: false }, axis: { tickCount: narrow() ? 4 : 7 } };
    const y = { field: "c", type: "nominal", title: null, sort: labels, axis: { labelLimit: narrow() ? 105 : 190, ticks: false, grid: false } };
    const yOffset = { field: "who", type: "nominal", sort: domain, scale: { domain, paddingOuter: 0.6 } };
    const color = { field: "who", type: "nominal", title: null, legend: { orient: "top" }, scale: { domain, range: [style("--accent"), style("--quiet")] } };
    const shape = { field: "who", type: "nominal", title: null, scale: { domain, range: ["circle", "diamond"] } };
    const tooltip = tip(["l", "configuration"], ["who", "whose"], ["from", "source"], ["v", "mean", ".2f"], ["std", "deviation", ".2f"]);
    const title = `${group.published_columns[Number(column)]} accuracy (%), mean and deviation over searches`;
    return {
      height: labels.length * 40, data: { values: rows }, layer: [
        { mark: { type: "rule", strokeWidth: 2 }, encoding: { x: { ...x, field: "low", title }, x2: { field: "high" }, y, yOffset, color } },
        { mark: { type: "point", filled: true, size: 70, opacity: 1 }, encoding: { x: { ...x, field: "v", title }, y, yOffset, color, shape, tooltip } },
      ],
    };
  }

  const OPERATIONS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#882255", "#999933", "#332288"];

  function edgeSpec(group, { configuration }, width) {
    const found = group.supernets.edges[Number(configuration)];
    if (!found) return null;
    const rows = [];
    found.x.forEach((x, epoch) => found.edges.forEach((edge, at) => found.operations.forEach((operation, place) => {
      const p = found.y[epoch][at][place];
      if (p != null) rows.push({ x, edge, operation, p });
    })));
    const across = Math.max(1, Math.min(narrow() ? 2 : 4, found.edges.length));
    const color = { field: "operation", type: "nominal", title: null, sort: found.operations, legend: { orient: "bottom", columns: narrow() ? 2 : 4 }, scale: { domain: found.operations, range: found.operations.map((_, at) => visible(OPERATIONS[at % OPERATIONS.length])) } };
    return {
      width: undefined, autosize: { type: "pad" }, data: { values: rows }, columns: across, facet: { field: "edge", type: "nominal", title: null, sort: found.edges }, spec: {
        width: Math.max(90, Math.floor((width - 60) / across) - 30), height: 110, mark: { type: "line", point: { size: 12 } }, encoding: {
          x: { field: "x", type: "quantitative", title: null, axis: { tickCount: 4, tickMinStep: 1 }, scale: { nice: false, zero: false } }, y: { field: "p", type: "quantitative", title: null, scale: { domain: [0, 1] }, axis: { tickCount: 3 } }, color,
          tooltip: tip(["edge", "edge"], ["operation", "operation"], ["x", "epoch"], ["p", "probability", ".3f"]),
        },
      },
    };
  }

  // ---- a section of the page ----

  function section(element) {
    const group = groups[Number(element.dataset.group)];
    const body = element.querySelector(".results tbody"), rows = [...body.rows], status = element.querySelector(".status");
    const algorithms = group.configurations.map((each) => each.algorithm);
    const few = rows.length <= DRAWN || new Set(algorithms).size === 1;
    const drawn = new Set(algorithms.map((name, at) => at).filter((at) => few ? at < DRAWN : algorithms.indexOf(algorithms[at]) === at));
    const figures = [...element.querySelectorAll("[data-chart]")];
    const seen = new Set();
    let view = null, whole = null;

    for (const row of rows) {
      const at = Number(row.dataset.row), label = document.createElement("label"), box = document.createElement("input"), key = document.createElement("span");
      box.type = "checkbox";
      box.checked = drawn.has(at);
      box.setAttribute("aria-label", `draw ${group.configurations[at].label}`);
      box.addEventListener("change", () => { box.checked ? drawn.add(at) : drawn.delete(at); update(); });
      label.className = "show";
      key.className = "key";
      label.append(box);
      row.cells[0].prepend(label, key);
      row.box = box;
      row.key = key;
    }

    const shown = () => [...body.rows].filter((row) => !row.hidden).map((row) => Number(row.dataset.row)).filter((at) => drawn.has(at));
    const chosen = (figure) => Object.fromEntries([...figure.querySelectorAll("select, input")].map((each) => [each.name, each.value]));

    function colourKeys() {
      for (const row of rows) row.key.style.setProperty("--key", visible(group.configurations[Number(row.dataset.row)].colour));
    }

    // the colours beside the lines themselves: on a phone the table is far away
    function legend(figure, members) {
      figure.querySelector(".legend").replaceChildren(...members.map((at) => {
        const item = document.createElement("li"), key = document.createElement("span"), each = group.configurations[at];
        key.className = "key";
        key.style.setProperty("--key", visible(each.colour));
        key.style.borderTopStyle = { "-": "solid", ":": "dotted" }[each.dash] || "dashed";
        item.append(key, each.name);
        item.title = each.label;
        return item;
      }));
    }

    function redraw(figure) {
      if (!seen.has(figure)) return;
      const options = chosen(figure), kind = figure.dataset.chart, title = figure.getAttribute("aria-label");
      const has = (at) => kind !== "supernets" || (group.supernets.metrics[options.metric] || [])[at];
      const members = shown().filter(has);
      const said = members.length ? `${title}, ${members.length} configurations` : "No configuration is chosen: tick some in the table.";
      if (figure.querySelector(".legend")) legend(figure, members);
      if (!members.length) return void draw(figure, null, said);
      const nothing = "Nothing to draw: there are no such figures.";
      let spec;
      if (kind === "time") {
        [spec, whole] = timeSpec(group, members, options, view);
        const shownNow = spec && (view || whole);
        figure.querySelector(".view").textContent = shownNow ? `${group.units[options.unit]} ${number(shownNow[0])} to ${number(shownNow[1])}` : "";
      } else if (kind === "ends") spec = endSpec(group, members, options);
      else if (kind === "target") {
        spec = targetSpec(group, members, options);
        reached(figure);
      } else if (kind === "spent") spec = spentSpec(group, members, options);
      else if (kind === "published") spec = publishedSpec(group, members, options);
      else if (kind === "supernets") spec = supernetSpec(group, members, options);
      else spec = edgeSpec(group, options, figure.querySelector(".plot").clientWidth);
      draw(figure, spec, spec ? said : nothing);
    }

    function reached(figure) {
      const options = chosen(figure);
      figure.querySelector("output").textContent = `${group.targets.accuracy[Number(options.target)].toFixed(2)}%`;
      figure.querySelector(".reached").replaceChildren(targetTable(group, shown(), options));
    }

    function update() {
      const there = rows.filter((row) => !row.hidden).length, members = shown().length;
      status.textContent = `${there} of ${rows.length} rows; ${members} drawn`;
      figures.forEach(redraw);
    }

    function filtered(words) {
      for (const row of rows) row.hidden = !words.every((word) => row.cells[0].dataset.value.toLowerCase().includes(word));
      update();
    }

    function sortBy(column, header) {
      const rising = header.getAttribute("aria-sort") === "descending";
      for (const each of header.parentElement.cells) each.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", rising ? "ascending" : "descending");
      const value = (row) => {
        const found = row.cells[column].dataset.value;
        return found === undefined ? null : column === 0 ? found : Number(found);
      };
      const compare = (one, other) => column === 0 ? one.localeCompare(other) : one - other;
      const order = [...body.rows].sort((one, other) => {
        const [a, b] = [value(one), value(other)];
        if (a === null || b === null) return (a === null) - (b === null);
        return rising ? compare(a, b) : compare(b, a);
      });
      body.append(...order);
      update();
      status.textContent += `; sorted by ${header.textContent}, ${header.getAttribute("aria-sort")}`;
    }

    const heads = element.querySelector(".results thead").rows[1].cells;
    [...heads].forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = header.textContent;
      header.replaceChildren(button);
      button.addEventListener("click", () => sortBy(column, header));
    });

    const controls = element.querySelector('[data-for="rows"]');
    controls.querySelector('[name="filter"]').addEventListener("input", (event) => filtered(event.target.value.toLowerCase().split(/\s+/).filter(Boolean)));
    for (const [name, on] of [["all", true], ["none", false]]) {
      controls.querySelector(`[name="${name}"]`).addEventListener("click", () => {
        for (const row of rows) if (!row.hidden) {
          row.box.checked = on;
          on ? drawn.add(Number(row.dataset.row)) : drawn.delete(Number(row.dataset.row));
        }
        update();
      });
    }

    for (const figure of figures) {
      const kind = figure.dataset.chart;
      const fill = (name, options) => figure.querySelector(`[name="${name}"]`).append(...options.map(([value, text]) => new Option(text, value)));
      if (kind === "supernets") fill("metric", Object.keys(group.supernets.metrics).map((name) => [name, name]));
      if (kind === "published") fill("column", group.published_columns.map((name, at) => [at, name]));
      if (kind === "edges") {
        const learned = group.supernets.edges.flatMap((found, at) => found ? [[at, `${group.configurations[at].label}, seed ${found.seed}`]] : []);
        fill("configuration", learned);
        figure.hidden = !learned.length;
      }
      if (kind === "target") {
        const slider = figure.querySelector('[name="target"]');
        slider.max = group.targets.accuracy.length - 1;
        slider.value = Math.floor(0.7 * slider.max);
        slider.addEventListener("input", () => reached(figure));
      }
      for (const each of figure.querySelectorAll("select, input")) {
        each.addEventListener("change", () => {
          if (each.name === "unit") view = null;
          if (kind === "time" && each.name === "quantity") figure.querySelector('[name="split"]').disabled = each.value === "rank";
          redraw(figure);
        });
      }
      if (kind === "time") {
        const scale = () => chosen(figure).scale;
        const steps = { in: [0, 0.5], out: [0, 2], earlier: [-0.25, 1], later: [0.25, 1] };
        for (const [name, [by, factor]] of Object.entries(steps)) {
          figure.querySelector(`[name="${name}"]`).addEventListener("click", () => {
            if (!whole) return;
            view = moved(view || whole, whole, scale(), by, factor);
            redraw(figure);
          });
        }
        figure.querySelector('[name="reset"]').addEventListener("click", () => { view = null; redraw(figure); });
      }
    }

    for (const hidden of element.querySelectorAll(".charts[hidden], .controls[hidden]")) hidden.hidden = false;
    colourKeys();
    update();
    return {
      figures,
      first: (figure) => { seen.add(figure); redraw(figure); },
      again: () => { colourKeys(); figures.forEach(redraw); },
    };
  }

  const sections = [...document.querySelectorAll("section.group")].map(section);
  const owner = new Map(sections.flatMap((each) => each.figures.map((figure) => [figure, each])));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) {
      watcher.unobserve(entry.target);
      owner.get(entry.target).first(entry.target);
    }
  }, { rootMargin: "400px" });
  for (const figure of owner.keys()) watcher.observe(figure);

  const again = () => sections.forEach((each) => each.again());
  const button = document.querySelector(".scheme"), schemes = ["", "light", "dark"];
  button.hidden = false;
  button.addEventListener("click", () => {
    const root = document.documentElement, next = schemes[(schemes.indexOf(root.dataset.scheme || "") + 1) % 3];
    next ? (root.dataset.scheme = next) : delete root.dataset.scheme;
    button.textContent = `Colours: ${next || "as the system"}`;
    again();
  });
  media.addEventListener("change", again);
  let width = narrow();
  window.addEventListener("resize", () => { if (narrow() !== width) { width = narrow(); again(); } });
  // what the address names is opened, so that a link to a configuration shows it
  const open = () => { const found = location.hash && document.getElementById(location.hash.slice(1)); if (found && found.tagName === "DETAILS") found.open = true; };
  window.addEventListener("hashchange", open);
  open();
})();
