// Notes within a page of the console when what was painted, for bench/console.py: it runs before the page's own scripts.
(() => {
  const noted = { rowsAt: null, keys: [], shown: [], patched: 0, tasks: [] };
  const asked = new Set();
  let isChecking = false;
  performance.setResourceTimingBufferSize(10_000);

  const searched = (address) => new URL(address, location.href).searchParams.get("search") ?? "";

  const fetched = window.fetch;
  window.fetch = (request, ...more) => {
    if (new URL(request.url ?? request, location.href).pathname === "/api/v1/callbacks") {
      asked.add(searched(request.url ?? request));
    }
    return fetched(request, ...more);
  };

  // A message comes after the frame's styles, layout and paint.
  const whenPainted = (tell) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => tell(performance.now());
    requestAnimationFrame(() => channel.port2.postMessage(null));
  };

  // The table is busy from the frame in which something else is asked for until it shows the answer to that.
  const check = () => {
    isChecking = false;
    const table = document.querySelector("table[aria-label=Callbacks]");
    if (!table?.querySelector("tr[data-id]")) {
      return;
    }
    const search = searched(location.href);
    if (noted.rowsAt === null) {
      noted.rowsAt = 0;
      whenPainted((at) => (noted.rowsAt = at));
    }
    if (table.ariaBusy === "false" && asked.has(search) && noted.shown.at(-1)?.search !== search) {
      const one = { search, at: null };
      noted.shown.push(one);
      whenPainted((at) => (one.at = at));
    }
  };

  new MutationObserver((changes) => {
    noted.patched += changes.filter(({ type, target }) => type === "characterData" && target.parentElement?.closest("tr[data-id]")).length;
    if (!isChecking) {
      isChecking = true;
      queueMicrotask(check);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, attributeFilter: ["aria-busy"] });

  document.addEventListener("keydown", ({ key, target, timeStamp }) => {
    if (key >= "0" && key <= "9" && target instanceof HTMLInputElement) {
      noted.keys.push({ search: target.value + key, at: timeStamp });
    }
  }, true);

  new PerformanceObserver((list) => {
    noted.tasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: "longtask", buffered: true });

  noted.answers = () =>
    performance.getEntriesByType("resource").flatMap(({ name, startTime, responseEnd }) => {
      const { pathname, searchParams } = new URL(name);
      const isOfPage = pathname === "/api/v1/callbacks" && !searchParams.has("id");
      return isOfPage ? [{ search: searched(name), sentAt: startTime, at: responseEnd, address: name }] : [];
    });
  window.noted = noted;
})();
