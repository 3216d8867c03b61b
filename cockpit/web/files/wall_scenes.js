// The scenes of the wall screen: what stands in each, filled in place from the snapshot.
"use strict";

const Scenes = (() => {
  const { LEVELS, make, box, say, dress, rows, figure, ease, clockOf, minutes, lasting, against, chart } = Parts;
  const NAMES = { now: "今日运行", halls: "各大厅", onenet: "一网通办", reviews: "好差评", spotlight: "红色预警" };
  const RATES = [["ywtb_case_rate", "一网通办办件率"], ["ywtb_window_rate", "窗口一网通办收件率"], ["ywtb_items_on_target", "单事项达标占比"]];
  const UNITS = ["人", "分钟", "人", "件", "个", "%"];
  const GOOD = ["review_good_rate", "好评率"];
  const ALL = [...RATES, GOOD];
  const at = (id) => document.getElementById(id);
  const built = {};

  const sign = (level) => (level > 0 ? `level l${level}` : "level");
  const tile = (kind, classes, title) => {
    const heading = box("h2", "", make("span", "", title), make("span", "age"));
    const section = box("section", `tile ${classes}`, heading);
    section.dataset.tile = kind;
    section.title_ = heading.firstChild;
    return section;
  };
  const scene = (name, ...tiles) => {
    const section = box("main", "scene", ...tiles);
    section.id = name;
    at("stage").append(section);
    return section;
  };

  /** Builds every scene once; nothing is ever taken down again. */
  function build() {
    now();
    halls();
    onenet();
    reviews();
    spotlight();
  }

  // ── now ──
  function now() {
    const kpis = make("section", "tile kpis");
    kpis.dataset.tile = "live";
    for (const name of ["等候人数", "近一小时平均等候", "今日取号", "今日办件申请", "开放窗口", "窗口饱和度"]) {
      kpis.append(box("div", "kpi", make("span", "name", name), box("b", "", make("span", "", "—"), make("small")), make("span", "soft below")));
    }
    const map = tile("live", "map", "各县（市、区）与大厅");
    map.append(make("div", "blocks"));
    const course = tile("live", "course", "今日到厅取号");
    course.append(make("div", "chart"));
    const month = tile("month", "month", "本月一网通办");
    month.append(make("div", "rows"));
    const alerts = tile("alerts", "alerts", "现场预警");
    alerts.append(make("div", "rows"), make("div", "more"), box("div", "quiet", make("b"), make("span", "soft")));
    const need = tile("live", "needs", "需要支援的大厅");
    need.append(make("div", "rows"));
    const strip = make("section", "tile strip");
    strip.dataset.tile = "alerts";
    strip.append(make("div", "rows"), make("span", "more"));
    scene("now", kpis, map, box("div", "column", course, month), box("div", "column", alerts, need), strip);
    Object.assign(built, { kpis, map, course, month, alerts, need, strip });
  }

  function fillNow(body, instant) {
    const numbers = body.now;
    const values = [[numbers.waiting], [numbers.wait, 1], [numbers.tickets], [numbers.cases], [numbers.windows], [numbers.saturation]];
    const longest = body.halls.filter((hall) => hall.wait !== null).sort((a, b) => b.wait - a.wait || (a.id < b.id ? -1 : 1))[0];
    const below = [
      numbers.halls_open === null ? "" : `${numbers.halls} 个大厅，${numbers.halls_open} 个在开放`,
      longest && longest.wait > 0 ? `${longest.name} ${figure(longest.wait, 1)} 分钟` : "",
      body.arrivals ? against(body.arrivals.so_far, body.arrivals.usual_so_far) : "",
      body.cases ? against(body.cases.so_far, body.cases.usual_so_far) : "",
      numbers.windows && numbers.waiting !== null ? `每窗等候 ${figure(numbers.waiting / numbers.windows, 1)} 人` : "",
      numbers.saturation === null ? "" : "开窗时间里在办理的占比",
    ];
    [...built.kpis.children].forEach((cell, index) => {
      // Six digits and more do not fit a tile, and nobody reads them from three metres.
      const [value, places] = values[index];
      const many = value >= 100000;
      ease(cell.querySelector("b > span"), many ? value / 10000 : value, many ? 1 : places || 0);
      say(cell.querySelector("small"), `${many ? "万" : ""}${UNITS[index]}`);
      say(cell.lastChild, below[index]);
    });
    fillMap(built.map.lastChild, body.halls, false);
    const course = body.arrivals;
    say(built.course.title_, course && course.still ? `今日到厅取号 · 预计还有 ${figure(Math.round(course.still[0] / 10) * 10)}–${figure(Math.round(course.still[2] / 10) * 10)} 人` : "今日到厅取号");
    fillRates(built.month.lastChild, body.month, ALL);
    say(built.month.title_, body.month ? `${Number(body.month.month.slice(5))} 月累计 · 目标 90%` : "本月一网通办");
    fillAlerts(body, instant);
    fillNeed(body);
    drawCourse(body);
    fillStrip(built.strip.firstChild, body.strip.slice(0, 4));
    built.strip.firstChild.hidden = body.strip.length === 0;
    say(built.strip.lastChild, body.strip.length ? "" : "近两天没有新的动态");
  }

  function fillStrip(holder, lines) {
    rows(holder, lines, (one) => `${one.at}${one.kind}${one.place}${one.title}`, () =>
      box("div", "event", make("span", "level"), make("span", "cut"), make("span", "soft cut")), (row, one) => {
      const over = one.kind === "cleared" || one.kind === "closed";
      dress(row.children[0], over ? "level" : sign(one.level));
      say(row.children[0], over ? "✓" : LEVELS[one.level] || "·");
      say(row.children[1], `${clockOf(one.at)}  ${one.place}`);
      say(row.children[2], `${one.title} · ${one.what}`);
    });
  }

  function drawCourse(body) {
    const holder = built.course.lastChild;
    const minute = body && body.arrivals ? Number(body.at.slice(11, 13)) * 60 + Number(body.at.slice(14, 16)) : null;
    chart(holder, body ? body.arrivals : null, minute);
  }

  function fillRates(holder, month, which) {
    rows(holder, which, (one) => one[0], (one) => box("div", "rate", make("span", "cut", one[1]), box("div", "bar", make("i"), make("u")), make("b")), (row, [name]) => {
      const rate = month && month.rates[name];
      fillBar(row.children[1], rate ? rate.value : null, rate ? rate.target : null);
      say(row.lastChild, rate && rate.value !== null ? `${figure(rate.value, 2)}%` : "—");
    });
  }

  function fillBar(bar, value, target) {
    bar.firstChild.style.width = `${Math.min(100, value || 0)}%`;
    dress(bar.firstChild, value !== null && target && value < target ? "under" : "");
    bar.lastChild.hidden = !target;
  }

  function fillAlerts(body, instant) {
    const shown = body.incidents.slice(0, 4);
    const rest = body.counts["1"] + body.counts["2"] + body.counts["3"] - shown.length;
    const moment = Date.parse(instant);
    rows(built.alerts.children[1], shown, (one) => one.id, () =>
      box("div", "alert", make("span", "level"), make("span", "what cut"), make("span", "who cut")), (row, one) => {
      dress(row.children[0], sign(one.level));
      say(row.children[0], LEVELS[one.level]);
      say(row.children[1], `${one.place} · ${one.title}`);
      const told = one.told ? ` · 已通知${one.told}` : "";
      say(row.children[2], `${one.state} ${lasting(minutes(one.state_since, moment))}${told}`);
    });
    built.alerts.children[1].hidden = shown.length === 0;
    const more = [rest > 0 ? `另有 ${rest} 起` : "", toFollow(body)].filter(Boolean).join("；");
    built.alerts.children[2].hidden = more === "";
    say(built.alerts.children[2], more);
    built.alerts.children[3].hidden = shown.length > 0;
    say(built.alerts.children[3].firstChild, "现场没有预警");
    say(built.alerts.children[3].lastChild, body.now.halls_open === null ? "今日还没有可判断的数据" : body.calm_since ? `${since(body.calm_since, instant)}起平稳` : "近两天没有预警");
  }

  /** What is judged by day, week or month and followed up for days: counted, never an alarm of the screen. */
  function toFollow(body) {
    const levels = [3, 2, 1].filter((level) => body.later[level] > 0);
    return levels.length ? `督办事项：${levels.map((level) => `${LEVELS[level]} ${body.later[level]}`).join("、")}` : "";
  }

  const since = (then, instant) => (then.slice(0, 10) === instant.slice(0, 10) ? `自 ${clockOf(then)} ` : `自 ${Parts.dayOf(then)} ${clockOf(then)} `);

  function fillNeed(body) {
    const needy = body.need.length > 0;
    say(built.need.title_, needy ? "需要支援的大厅" : "等候最多的大厅");
    const waiting = body.halls.filter((hall) => hall.waiting > 0).sort((a, b) => b.waiting - a.waiting || (a.id < b.id ? -1 : 1));
    const list = needy ? body.need : waiting.map((hall) => ({ ...hall, why: hall.wait === null ? hall.county : `平均等候 ${figure(hall.wait, 1)} 分钟`, level: 0 }));
    rows(built.need.lastChild, list.slice(0, 4), (one) => one.id, () =>
      box("div", "need", make("span", "level"), make("span", "cut"), make("span", "soft cut"), make("span", "number")), (row, one) => {
      dress(row, one.level ? "need" : "need plain");
      dress(row.children[0], sign(one.level));
      say(row.children[0], LEVELS[one.level]);
      say(row.children[1], one.name);
      say(row.children[2], one.why);
      say(row.children[3], one.waiting === null ? "—" : `${figure(one.waiting)} 人`);
    });
  }

  /** Counties as blocks in the order of their place in the scheme, halls as tiles in them. */
  function fillMap(holder, halls, large) {
    const counties = new Map();
    for (const hall of halls) counties.set(hall.county, [...(counties.get(hall.county) || []), hall]);
    const least = (list, name) => Math.min(...list.map((hall) => hall[name] ?? 9999));
    const order = [...counties].sort(([a, x], [b, y]) => least(x, "row") - least(y, "row") || least(x, "col") - least(y, "col") || (a < b ? -1 : 1));
    const wide = Math.ceil(Math.sqrt(order.length));
    const high = Math.ceil(order.length / wide);
    holder.style.gridTemplate = `repeat(${high || 1}, minmax(0, 1fr)) / repeat(${wide || 1}, minmax(0, 1fr))`;
    const most = Math.max(1, ...order.map(([, list]) => list.length));
    const across = large ? Math.max(1, Math.min(4, Math.floor(12 / wide), most)) : Math.ceil(Math.sqrt(most * 1.2));
    const down = Math.ceil(most / across);
    rows(holder, order, ([name]) => name, () => box("div", "county", box("div", "title", make("span", "cut"), make("span")), make("div", "halls")), (block, [name, list]) => {
      const worst = Math.max(...list.map((hall) => hall.level));
      dress(block, `county c${worst}`);
      const known = list.filter((hall) => hall.waiting !== null);
      say(block.firstChild.firstChild, name);
      say(block.firstChild.lastChild, known.length ? `等候 ${figure(known.reduce((sum, hall) => sum + hall.waiting, 0))}` : "—");
      block.lastChild.style.gridTemplate = `repeat(${down}, minmax(0, 1fr)) / repeat(${across}, minmax(0, 1fr))`;
      const placed = [...list].sort((a, b) => (a.row ?? 9999) - (b.row ?? 9999) || (a.col ?? 9999) - (b.col ?? 9999) || (a.id < b.id ? -1 : 1));
      rows(block.lastChild, placed, (hall) => hall.id, () => (large ? box("div", "hall", make("span"), make("b")) : make("div", "hall")), (cell, hall) => {
        dress(cell, `hall ${hall.level ? `l${hall.level}` : hall.open === null ? "dim" : hall.open ? "" : "shut"} ${hall.level || hall.waiting ? "" : "none"} ${hall.later > hall.level ? `later${hall.later}` : ""}`.trim());
        if (!large) say(cell, LEVELS[hall.level]);
        else {
          say(cell.firstChild, down * high > 12 && wide > 3 ? "" : hall.name.slice(0, 4));
          say(cell.lastChild, `${hall.level ? `${LEVELS[hall.level]} ` : ""}${figure(hall.waiting)}`);
        }
      });
    });
  }

  // ── halls ──
  function halls() {
    const map = tile("live", "map", "各大厅等候人数");
    map.append(make("div", "blocks"));
    const waits = tile("live", "waits", "等候最多的大厅");
    waits.append(box("div", "wait names", make("span", "", "大厅"), make("span", "", "等候"), make("span", "", "平均等候")), make("div", "rows"));
    scene("halls", map, waits);
    Object.assign(built, { bigMap: map, waits });
  }

  function fillHalls(body) {
    fillMap(built.bigMap.lastChild, body.halls, true);
    const list = body.halls.filter((hall) => hall.waiting !== null).sort((a, b) => b.waiting - a.waiting || (b.wait || 0) - (a.wait || 0) || (a.id < b.id ? -1 : 1));
    rows(built.waits.lastChild, list.slice(0, 12), (hall) => hall.id, () => box("div", "wait", make("span", "cut"), make("b"), make("span", "soft")), (row, hall) => {
      say(row.children[0], hall.name);
      ease(row.children[1], hall.waiting);
      say(row.children[2], hall.wait === null ? "—" : `${figure(hall.wait, 1)} 分钟`);
    });
  }

  // ── one network, reviews ──
  const big = (kind, name) => {
    const section = box("section", "tile panel big", make("span", "name cut", name), box("b", "", make("span", "", "—"), make("small")), box("div", "bar", make("i"), make("u")), make("span", "soft cut"));
    section.dataset.tile = kind;
    return section;
  };

  function onenet() {
    const tiles = RATES.map(([, name]) => big("month", name));
    const counties = tile("month", "counties", "各县（市、区）");
    counties.append(box("div", "line names", make("span"), ...RATES.map(([, name]) => make("span", "cut", name))), make("div", "rows"));
    scene("onenet", ...tiles, counties);
    Object.assign(built, { nets: tiles, netCounties: counties });
  }

  function fillBig(section, rate, ofWhat) {
    ease(section.children[1].firstChild, rate ? rate.value : null, 2);
    say(section.children[1].lastChild, rate && rate.value !== null ? " %" : "");
    fillBar(section.children[2], rate ? rate.value : null, rate ? rate.target : null);
    const short = rate && rate.value !== null && rate.target && rate.value < rate.target;
    const gap = short ? `低于 ${rate.target}% 目标 ${figure(rate.target - rate.value, 2)} 个百分点` : rate && rate.value !== null && rate.target ? `高于 ${rate.target}% 目标` : "";
    const counted = rate && rate.denominator ? `${figure(rate.numerator)} / ${figure(rate.denominator)}${ofWhat}` : "本月还没有可计算的数据";
    say(section.children[3], gap ? `${gap} · ${counted}` : counted);
  }

  function fillCounties(holder, body, which) {
    const found = body.month ? Object.entries(body.month.counties) : [];
    const lowest = (rates) => Math.min(...which.map(([name]) => rates[name] ?? 101));
    found.sort(([a, x], [b, y]) => lowest(x) - lowest(y) || (a < b ? -1 : 1));
    rows(holder, found.slice(0, 10), ([name]) => name, () =>
      box("div", "line", make("span", "cut"), ...which.map(() => box("span", "cell", box("div", "bar", make("i"), make("u")), make("b")))), (row, [name, rates]) => {
      say(row.firstChild, name);
      which.forEach(([rate], index) => {
        const value = rates[rate] ?? null;
        const cell = row.children[index + 1];
        fillBar(cell.firstChild, value, body.month.rates[rate] ? body.month.rates[rate].target : null);
        say(cell.lastChild, value === null ? "—" : `${figure(value, 2)}%`);
      });
    });
  }

  function fillOnenet(body) {
    RATES.forEach(([name], index) => fillBig(built.nets[index], body.month && body.month.rates[name], index === 2 ? " 项达标" : " 件"));
    say(built.netCounties.title_, body.month ? `各县（市、区） · ${Number(body.month.month.slice(5))} 月累计，从低到高` : "各县（市、区）");
    fillCounties(built.netCounties.lastChild, body, RATES);
  }

  function reviews() {
    const good = big("month", "本月好评率");
    const today = big("live", "今日评价");
    const bad = big("live", "今日差评");
    const counties = tile("month", "counties", "各县（市、区）好评率");
    counties.append(make("div", "rows"));
    const where = tile("live", "", "今日有差评的大厅");
    where.append(make("div", "rows"), box("div", "quiet", make("b"), make("span", "soft")));
    scene("reviews", good, today, bad, counties, where);
    Object.assign(built, { good, today, bad, goodCounties: counties, where });
  }

  function fillReviews(body) {
    fillBig(built.good, body.month && body.month.rates[GOOD[0]], " 条");
    for (const [section, value, words] of [[built.today, body.now.reviews, "有效评价"], [built.bad, body.now.bad_reviews, "每一条都要回访、整改"]]) {
      ease(section.children[1].firstChild, value);
      say(section.children[1].lastChild, " 条");
      section.children[2].hidden = true;
      say(section.children[3], words);
    }
    fillCounties(built.goodCounties.lastChild, body, [GOOD]);
    const list = body.halls.filter((hall) => hall.bad_reviews > 0).sort((a, b) => b.bad_reviews - a.bad_reviews || (a.id < b.id ? -1 : 1));
    rows(built.where.children[1], list.slice(0, 8), (hall) => hall.id, () => box("div", "wait", make("span", "cut"), make("b"), make("span", "soft")), (row, hall) => {
      say(row.children[0], hall.name);
      ease(row.children[1], hall.bad_reviews);
      say(row.children[2], "条");
    });
    built.where.children[2].hidden = list.length > 0;
    say(built.where.children[2].firstChild, body.now.bad_reviews === null ? "今日还没有评价数据" : "今日没有差评");
    say(built.where.children[2].lastChild, "");
  }

  // ── spotlight ──
  function spotlight() {
    const fact = (name) => box("div", "", make("span", "name", name), make("b", "cut"));
    const facts = box("div", "facts", fact("开始"), fact("处置"), fact("已通知"), fact("等候人数"), fact("平均等候"), fact("开放窗口"));
    const told = box("section", "tile panel case",
      box("div", "sign", make("span", "level l3", "红"), make("span", "", "红色预警")), make("div", "where cut"), make("div", "title cut"),
      box("div", "value", box("b", "", make("span"), make("small")), make("span", "soft")), facts, make("div", "do cut"));
    told.dataset.tile = "alerts";
    const others = tile("alerts", "alerts", "其他现场预警");
    others.append(make("div", "rows"), make("div", "more"));
    const story = tile("alerts", "story", "最近动态");
    story.append(make("div", "rows"));
    scene("spotlight", told, box("div", "column", others, story));
    Object.assign(built, { told, others, facts, story });
  }

  function fillSpotlight(body, instant, turn) {
    const red = body.incidents.filter((one) => one.level === 3);
    const one = red.length ? red[turn % red.length] : null;
    const moment = Date.parse(instant);
    const [, where, title, value, , todo] = built.told.children;
    say(where, one ? one.place : "没有红色预警");
    say(title, one ? `${one.title}${one.what ? ` · ${one.what}` : ""}${one.more > 0 ? ` 等 ${one.more + 1} 项` : ""}` : "现场平稳");
    const reading = one && one.reading;
    value.hidden = !reading;
    if (reading) {
      ease(value.firstChild.firstChild, reading.value, Number.isInteger(reading.value) ? 0 : 1);
      say(value.firstChild.lastChild, reading.unit);
      say(value.lastChild, `红色阈值 ${figure(reading.threshold, Number.isInteger(reading.threshold) ? 0 : 1)} ${reading.unit}${reading.past ? "" : "，现已回落，尚未解除"}`);
    }
    const hall = one && body.halls.find((each) => each.id === one.hall_id);
    const texts = one ? [
      `${one.since.slice(0, 10) === instant.slice(0, 10) ? clockOf(one.since) : Parts.dayOf(one.since)} · ${lasting(minutes(one.since, moment))}`, `${one.state} ${lasting(minutes(one.state_since, moment))}`, one.told || "尚未通知",
      hall ? `${figure(hall.waiting)} 人` : "—", hall && hall.wait !== null ? `${figure(hall.wait, 1)} 分钟` : "—", hall ? `${figure(hall.windows)} 个` : "—",
    ] : ["—", "—", "—", "—", "—", "—"];
    [...built.facts.children].forEach((fact, index) => {
      say(fact.lastChild, texts[index]);
      // Who waits, and at how many windows, is asked of a hall; an item or a department has no such numbers.
      fact.hidden = index >= 3 && one !== null && one.hall_id === null;
    });
    say(todo, one && one.action ? `先做：${one.action}` : "");
    const rest = body.incidents.filter((each) => each !== one);
    rows(built.others.children[1], rest.slice(0, 5), (each) => each.id, () =>
      box("div", "alert", make("span", "level"), make("span", "what cut"), make("span", "who cut")), (row, each) => {
      dress(row.children[0], sign(each.level));
      say(row.children[0], LEVELS[each.level]);
      say(row.children[1], `${each.place} · ${each.title}`);
      say(row.children[2], `${each.state} ${lasting(minutes(each.state_since, moment))}`);
    });
    built.others.children[2].hidden = rest.length > 0;
    say(built.others.children[2], "没有其他预警");
    fillStrip(built.story.lastChild, body.strip.slice(0, 4));
  }

  function fill(body, instant, turn) {
    fillNow(body, instant);
    fillHalls(body);
    fillOnenet(body);
    fillReviews(body);
    fillSpotlight(body, instant, turn);
  }

  return { NAMES, build, fill, fillSpotlight, drawCourse, since };
})();
