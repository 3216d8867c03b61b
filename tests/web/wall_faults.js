// What is wrong with the screen as it is drawn: it scrolls, tiles lie over each other, text is too small or is cut off.
() => {
  const SMALLEST = 22;
  const faults = [];
  const root = document.documentElement;
  const scale = parseFloat(getComputedStyle(root).fontSize) / 16;
  const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) faults.push("the screen scrolls");
  const tiles = [...document.querySelectorAll("#head, .scene.on .tile")].map((one) => [one, one.getBoundingClientRect()]);
  const meet = (x, y) => x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 1 && y.top < x.bottom - 1;
  for (const [a, x] of tiles) {
    if (x.bottom > innerHeight + 1 || x.right > innerWidth + 1) faults.push(`${a.className} leaves the screen`);
    for (const [b, y] of tiles) if (a !== b && meet(x, y)) faults.push(`${a.className} lies over ${b.className}`);
  }
  const walk = document.createTreeWalker(document.querySelector("#stage"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const one = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !seen(one)) continue;
    const size = parseFloat(getComputedStyle(one).fontSize) / scale;
    if (size < SMALLEST - 0.05) faults.push(`${size} px: ${one.textContent}`);
    const chart = one.closest(".chart");
    if (!chart) continue;
    const [inner, outer] = [one.getBoundingClientRect(), chart.getBoundingClientRect()];
    if (inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1) faults.push(`the chart cuts ${one.textContent}`);
  }
  for (const one of document.querySelectorAll(".scene.on :is(.kpi b, .big b, .case .value b, .number)")) {
    if (seen(one) && one.scrollWidth > one.clientWidth + 1) faults.push(`the number ${one.textContent} is cut`);
  }
  for (const one of document.querySelectorAll(".scene.on :is(.rows, .county, .halls, .tile)")) {
    if (seen(one) && one.scrollHeight > one.clientHeight + 2) faults.push(`${one.className} holds more than fits`);
  }
  return faults;
}
