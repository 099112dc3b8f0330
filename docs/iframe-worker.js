// Pages that are read from the disk have no workers, in which the site's search runs: a hidden frame takes their place.
// What MkDocs Material's plugin `offline` names for this would be loaded from elsewhere.
if (location.protocol === "file:") {
  window.Worker = function (script) {
    const worker = new EventTarget()
    const frame = document.createElement("iframe")
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }))
    const hear = (target, data) => target.dispatchEvent(new MessageEvent("message", { data }))

    worker.postMessage = (data) => loaded.then(() => hear(frame.contentWindow, data))
    worker.terminate = () => frame.remove()
    addEventListener("message", ({ source, data }) => source === frame.contentWindow && hear(worker, data))

    // a worker's script answers its own window
    const answer = "postMessage = (data) => parent.postMessage(data, '*')"
    frame.hidden = true
    frame.srcdoc = `<script>${answer}<\/script><script src="${script}"><\/script>`
    document.body.append(frame)
    return worker
  }
}
