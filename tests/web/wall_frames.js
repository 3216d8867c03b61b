// Counts frames in which the chart is missing, and parts that were taken out of the document.
() => {
  const kept = ["chart", "main-svg", "tile", "scene"];
  window.looked = { frames: 0, missing: 0, removed: 0 };
  new MutationObserver((list) => list.forEach((one) => one.removedNodes.forEach((node) => {
    if (node.classList && kept.some((name) => node.classList.contains(name))) looked.removed += 1;
  }))).observe(document.body, { childList: true, subtree: true });
  const look = () => {
    const lines = [...document.querySelectorAll("#now .chart path.js-line")];
    looked.frames += 1;
    if (lines.length < 3 || !lines.some((one) => one.getAttribute("d"))) looked.missing += 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
