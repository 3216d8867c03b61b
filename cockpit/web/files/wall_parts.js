// What the wall screen is put together from: elements that are changed in place, numbers that ease, times, the chart.
"use strict";

const Parts = (() => {
  const LEVELS = ["", "黄", "橙", "红"];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  /** An element with a class and, as text (never as markup), what it says. */
  function make(tag, classes = "", text = "") {
    const element = document.createElement(tag);
    if (classes) element.className = classes;
    if (text) element.textContent = text;
    return element;
  }

  /** An element with others inside. */
  const box = (tag, classes, ...inside) => {
    const element = make(tag, classes);
    element.append(...inside);
    return element;
  };

  function say(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function dress(element, classes) {
    if (element.className !== classes) element.className = classes;
  }

  /** Rows of a list, each kept for its key, so that only what differs changes; in the order given. */
  function rows(holder, items, key, build, fill) {
    const kept = new Map([...holder.children].map((row) => [row.dataset.key, row]));
    items.forEach((item, index) => {
      const name = String(key(item));
      let row = kept.get(name);
      if (row) kept.delete(name);
      else {
        row = build(item);
        row.dataset.key = name;
      }
      fill(row, item);
      if (holder.children[index] !== row) holder.insertBefore(row, holder.children[index] || null);
    });
    for (const row of kept.values()) row.remove();
  }

  const digits = (places) => new Intl.NumberFormat("zh-CN", { minimumFractionDigits: places, maximumFractionDigits: places });
  const FORMATS = [digits(0), digits(1), digits(2)];
  const figure = (value, places = 0) => (value === null || value === undefined ? "—" : FORMATS[places].format(value));

  /** A number that goes over to its new value; what is unknown is a dash, never 0. */
  function ease(element, value, places = 0) {
    const before = element.shown;
    if (before === value) return;
    element.shown = value;
    cancelAnimationFrame(element.going || 0);
    if (value === null || value === undefined || before === null || before === undefined || calm.matches || document.hidden) {
      say(element, figure(value, places));
      return;
    }
    const begun = performance.now();
    const step = (at) => {
      const share = Math.min(1, Math.max(0, (at - begun) / 900));
      say(element, figure(before + (value - before) * (1 - (1 - share) ** 3), places));
      if (share < 1) element.going = requestAnimationFrame(step);
    };
    element.going = requestAnimationFrame(step);
  }

  /** Instants come as the city's own clock shows them, with its distance from UTC: "2026-11-02T10:30:00+08:00". */
  const clockOf = (text) => text.slice(11, 16);
  const dayOf = (text) => text.slice(5, 10).replace("-", " 月 ").replace(/^0/, "").replace(" 0", " ") + " 日";
  const minutes = (from, to) => Math.max(0, (to - Date.parse(from)) / 60000);

  function lasting(minutes_) {
    const whole = Math.floor(minutes_);
    if (whole < 1) return "不到 1 分钟";
    if (whole < 60) return `${whole} 分钟`;
    if (whole < 1440) return `${Math.floor(whole / 60)} 小时${whole % 60 ? ` ${whole % 60} 分` : ""}`;
    return `${Math.floor(whole / 1440)} 天`;
  }

  /** How long ago, in one unit. */
  const ago = (minutes_) => (minutes_ < 60 ? `${Math.floor(minutes_)} 分钟前` : minutes_ < 1440 ? `${Math.floor(minutes_ / 60)} 小时前` : `${Math.floor(minutes_ / 1440)} 天前`);

  /** Against what is usual: ▲ 6 %; the sign says the direction, no colour does. */
  function against(now, usual) {
    if (now === null || now === undefined || !usual) return "";
    const share = Math.round((now / usual - 1) * 100);
    if (share === 0) return "与同期常年持平";
    return `比同期常年${share > 0 ? "多" : "少"} ${Math.abs(share)}%`;
  }

  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
  const spread = (course, low, high) => ({
    x: [...course.minute, ...[...course.minute].reverse()],
    y: [...course[high], ...[...course[low]].reverse()],
  });

  /** The course of arrivals: the band of eight weeks, what is expected of the rest of the day, and today. */
  function chart(holder, course, minute) {
    const size = rem();
    const open = Boolean(course) && course.minute.length > 0;
    const at = open ? course.minute.findLastIndex((_, index) => course.today[index] !== null) : -1;
    const rest = open ? at + 1 : 0;
    const part = (name) => (open ? course[name] : []);
    // What is expected begins where today ends, so that the two do not gape.
    const joined = (name) => part(name).map((value, index) => (index === at ? course.today[index] : value));
    const later = open ? Object.fromEntries(["expected_low", "expected", "expected_high"].map((name) => [name, joined(name).slice(Math.max(at, 0))])) : {};
    const ahead = open ? { minute: course.minute.slice(Math.max(at, 0)), ...later } : null;
    const known = open && course.low[0] !== null;
    const foreseen = known && rest < course.minute.length;
    const band = (shape, colour) => ({ ...shape, type: "scatter", mode: "lines", line: { width: 0 }, fill: "toself", fillcolor: colour, hoverinfo: "skip" });
    const line = (x, y, colour, width, dash) => ({ x, y, type: "scatter", mode: "lines", line: { color: colour, width, dash, shape: "spline", smoothing: 0.4 } });
    const traces = [
      band(known ? spread(course, "low", "high") : { x: [], y: [] }, "rgba(169,182,195,0.20)"),
      band(foreseen ? spread(ahead, "expected_low", "expected_high") : { x: [], y: [] }, "rgba(111,177,255,0.26)"),
      line(known ? course.minute : [], part("usual"), "#8593a1", size * 0.125, "dot"),
      line(foreseen ? ahead.minute : [], foreseen ? ahead.expected : [], "#6fb1ff", size * 0.15, "dash"),
      line(part("minute"), part("today"), "#6fb1ff", size * 0.28, "solid"),
    ];
    const hours = open ? Array.from({ length: 13 }, (_, index) => index * 120).filter((one) => one >= course.minute[0] && one <= course.minute.at(-1)) : [];
    const text = { family: getComputedStyle(document.body).fontFamily, size: size * 1.375, color: "#a9b6c3" };
    const axis = { gridcolor: "#253240", zeroline: false, tickfont: text, fixedrange: true, automargin: false };
    const layout = {
      width: holder.clientWidth, height: holder.clientHeight, showlegend: false, font: text,
      margin: { l: size * 4.25, r: size * 1.25, t: size * 0.75, b: size * 2.5 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      xaxis: { ...axis, showgrid: false, tickvals: hours, ticktext: hours.map((one) => `${one / 60}:00`), range: open ? [course.minute[0], course.minute.at(-1)] : [480, 1080] },
      yaxis: { ...axis, rangemode: "tozero", nticks: 5, showticklabels: open, showgrid: open },
      annotations: open ? [] : [{ text: "今日还没有数据", xref: "paper", yref: "paper", x: 0.5, y: 0.5, showarrow: false, font: text }],
      shapes: minute === null || !open ? [] : [{ type: "line", x0: minute, x1: minute, yref: "paper", y0: 0, y1: 1, line: { color: "#5d6d7c", width: size * 0.0625 } }],
    };
    Plotly.react(holder, traces, layout, { staticPlot: true, displayModeBar: false });
  }

  return { LEVELS, make, box, say, dress, rows, figure, ease, clockOf, dayOf, minutes, lasting, ago, against, chart };
})();
