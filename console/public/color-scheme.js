// Runs before the first paint, so that a page in the dark does not flash white. The user's own choice is kept with
// the preferences on the server; this is its last value in this browser.
(function () {
  var chosen = localStorage.getItem("ringback-color-scheme");
  var isDark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
})();
