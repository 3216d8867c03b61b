// Where the parts of the scene lie on the stage, in quarters of a rem, so that both sizes give the same numbers.
() => {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const stage = document.querySelector("#stage").getBoundingClientRect();
  const boxes = {};
  const parts = ["#head", ...[".tile", ".kpi", ".chart", ".county"].map((name) => `.scene.on ${name}`)].join(", ");
  [...document.querySelectorAll(parts)].forEach((one, number) => {
    const box = one.getBoundingClientRect();
    const name = (one.id || one.className).replace(/ (stale|c\d|js-plotly-plot)/g, "");
    const sides = [box.left - stage.left, box.top - stage.top, box.width, box.height];
    boxes[`${number} ${name}`] = sides.map((side) => Math.round((side / rem) * 4) / 4);
  });
  return boxes;
}
