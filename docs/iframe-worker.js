// The search's worker, for pages that are read from the disk, where browsers start no workers: a hidden frame instead.
// MkDocs Material's plugin `offline` would load such a script from elsewhere.
if (location.protocol === "file:") {
  const RECEIVE = `
    importScripts = (...urls) => urls.reduce(
      (loaded, url) => loaded.then(() => new Promise((done) => {
        const script = document.createElement("script")
        script.src = url
        script.onload = done
        document.head.append(script)
      })),
      Promise.resolve(),
    )
    postMessage = (data) => parent.postMessage(data, "*")
  `

  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.waiting = []
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      this.frame.srcdoc = `<script>${RECEIVE}</` + `script><script src="${url}"></` + `script>`
      this.frame.onload = () => {
        this.waiting.forEach((data) => this.send(data))
        this.waiting = null
      }
      window.addEventListener("message", (event) => {
        if (event.source !== this.frame.contentWindow) return
        const message = new MessageEvent("message", { data: event.data })
        this.dispatchEvent(message)
        this.onmessage?.(message)
      })
      document.body.append(this.frame)
    }

    postMessage(data) {
      if (this.waiting) this.waiting.push(data)
      else this.send(data)
    }

    send(data) {
      this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data }))
    }

    terminate() {
      this.frame.remove()
    }
  }
}
