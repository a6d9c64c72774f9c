// Runs before the first paint, so that a chosen theme never flashes.
try {
  document.documentElement.dataset.theme = localStorage.getItem("theme") || "system";
} catch {
  // a browser that keeps nothing has no chosen theme
}
