// The wall screen's own life: it asks for the snapshot, turns the scenes, tells how old what it shows is, and heals itself.
"use strict";

(() => {
  const { make, box, say, dress, clockOf, minutes, lasting } = Parts;
  const EVERY = 5000, LONGEST = 15000, GIVEN_UP = 10000, QUIETLY = 20000;
  const stage = document.getElementById("stage");
  const own = document.documentElement.dataset.version;
  const asked = new URLSearchParams(location.search).get("scene");
  const pinned = asked in Scenes.NAMES ? asked : null;
  const reloadAt = Math.floor(Math.random() * 60);
  const opened = Date.now();
  let told = null, tag = "", ahead = null, offset = "+00:00", failures = 0, answered = Date.now(), turnedAt = Date.now();
  let place = 0, turn = 0, shown = "", reds = "", ended = "", drawnAt = "";

  // ── time: the server's, on the city's clock ──
  const now = () => Date.now() + (ahead || 0);
  function instant() {
    const [, sign, hours, minutes_] = offset.match(/([+-])(\d\d):(\d\d)/);
    const shift = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes_)) * 60000;
    return new Date(now() + shift).toISOString().slice(0, 19) + offset;
  }
  function setClock(text) {
    if (!text) return;
    const match = text.match(/(Z|[+-]\d\d:\d\d)$/);
    offset = match && match[1] !== "Z" ? match[1] : "+00:00";
    ahead = Date.parse(text) - Date.now();
  }

  // ── asking ──
  async function ask() {
    let wait = EVERY;
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), GIVEN_UP);
    try {
      const answer = await fetch("/wall-data", { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store", redirect: "error", signal: stop.signal });
      if (answer.status === 200) {
        const given = await answer.json();
        setClock(given.now);
        told = given;
        tag = answer.headers.get("ETag") || "";
        well();
        drawn();
      } else if (answer.status === 304) {
        setClock(answer.headers.get("X-Cockpit-Now"));
        well();
      } else if (answer.status === 401 || answer.status === 403) {
        end(answer.status);
        wait = QUIETLY;
      } else throw new Error(String(answer.status));
    } catch {
      failures += 1;
      wait = Math.min(LONGEST, 1000 * 2 ** Math.min(4, failures - 1));
    } finally {
      clearTimeout(patience);
    }
    tick();
    setTimeout(ask, wait);
  }

  function well() {
    failures = 0;
    answered = Date.now();
    ended = "";
    if (told && told.version !== own && !recently()) reload();
  }

  /** Whatever the server says, a screen does not reload again and again. */
  function recently() {
    return Date.now() - Number(sessionStorage.getItem("reloaded") || 0) < 60000;
  }
  function reload() {
    sessionStorage.setItem("reloaded", String(Date.now()));
    location.reload();
  }

  /** The token was revoked or the session is over: nothing of the city stays on the screen. */
  function end(status) {
    answered = Date.now();
    failures = 0;
    ended = status === 401 ? "revoked" : "not-here";
    told = null;
    tag = "";
  }

  // ── drawing ──
  function drawn() {
    if (!told.body) return;
    Scenes.fill(told.body, instant(), turn);
    drawnAt = instant().slice(0, 16);
    const red = told.body.incidents.filter((one) => one.level === 3).map((one) => one.id);
    const fresh = red.some((id) => !reds.includes(id));
    reds = red.join("\n");
    if (fresh) go("spotlight");
  }

  /** The scenes that turn: with a red incident its story and the whole; else what the settings say. */
  function scenes() {
    if (pinned) return [pinned];
    return reds ? ["spotlight", "now"] : told && told.scenes.length ? told.scenes : ["now"];
  }
  function go(name) {
    const list = scenes();
    place = Math.max(0, list.indexOf(name));
    turnedAt = Date.now();
    show();
  }
  function show() {
    const list = scenes();
    const name = list[place % list.length];
    if (name === shown) return;
    for (const one of document.querySelectorAll(".scene")) dress(one, one.id === name ? "scene on" : "scene");
    say(document.getElementById("scene-name"), Scenes.NAMES[name]);
    shown = name;
  }
  function turnOn() {
    const list = scenes();
    if (!told || Date.now() - turnedAt < told.seconds * 1000) return;
    turnedAt = Date.now();
    place = (place + 1) % list.length;
    if (list[place] === "spotlight" && told.body) Scenes.fillSpotlight(told.body, instant(), (turn += 1));
  }

  // ── each second ──
  function tick() {
    const body = told && told.body;
    const moment = instant();
    sentence(body);
    if (ahead !== null) {
      say(document.getElementById("clock"), clockOf(moment));
      say(document.getElementById("date"), `${Number(moment.slice(5, 7))} 月 ${Number(moment.slice(8, 10))} 日 星期${"日一二三四五六"[new Date(`${moment.slice(0, 10)}T00:00:00Z`).getUTCDay()]}`);
    }
    if (body) {
      turnOn();
      if (moment.slice(0, 16) !== drawnAt) drawn();
      ages(body);
      status(body, moment);
    }
    show();
    dress(stage, [body ? "" : "dark", body && body.counts["3"] > 0 ? "red" : ""].join(" ").trim());
    const late = Date.now() - answered;
    const away = failures > 0 && late > 12000 && body;
    document.getElementById("banner").classList.toggle("on", Boolean(away));
    if (away) say(document.getElementById("banner"), `暂时连不上服务器，画面停在 ${clockOf(body.at)}（${lasting(minutes(body.at, now()))}前），正在自动重连`);
    if (failures === 0 && !ended && Date.now() - opened > 7200000 && moment.slice(11, 13) === "04" && Number(moment.slice(14, 16)) >= reloadAt && !recently()) reload();
  }

  function status(body, moment) {
    const holder = document.getElementById("status");
    const counts = [3, 2, 1].filter((level) => body.counts[level] > 0);
    const old = stale(body);
    const parts = old.alerts ? [] : !counts.length && old.live
      ? [make("span", "since", `数据已 ${Parts.ago(old.live).replace("前", "")}没有更新，暂不能判断是否平稳`)] : counts.length
      ? counts.map((level) => box("span", "tally", make("span", `level l${level}`, Parts.LEVELS[level]), make("span", "", String(body.counts[level]))))
      : [make("span", "calm", body.bound_to === "city" ? "全市现场平稳" : "现场平稳"), make("span", "since", body.calm_since ? `${Scenes.since(body.calm_since, moment)}起` : "近两天无现场预警")];
    if (old.alerts) parts.push(make("span", "since", `预警判定停在 ${clockOf(body.at)}`));
    parts.push(make("span", "since", reach(body, moment)));
    if (closed(body) && Date.parse(body.resumes) > now()) parts.splice(-1, 0, make("span", "since", `已闭厅，${opening(body, moment)}开放`));
    const text = parts.map((part) => part.textContent).join("|");
    if (holder.dataset.text === text) return;
    holder.dataset.text = text;
    holder.replaceChildren(...parts);
  }
  const opening = (body, moment) => `${body.resumes.slice(0, 10) === moment.slice(0, 10) ? "" : `${Number(body.resumes.slice(5, 7))} 月 ${Number(body.resumes.slice(8, 10))} 日 `}${clockOf(body.resumes)} `;
  const reach = (body, moment) => (body.reaches ? `数据截至 ${body.reaches.slice(0, 10) === moment.slice(0, 10) ? "" : `${Number(body.reaches.slice(5, 7))} 月 ${Number(body.reaches.slice(8, 10))} 日 `}${clockOf(body.reaches)}` : "还没有数据");

  /** Whether the last evaluation of the day has been: the next is due only when halls open again. */
  const closed = (body) => Boolean(body.resumes) && Date.parse(body.resumes) - Date.parse(body.at) > 600000;

  /** Which kinds of tiles are older than their limit, and how old. */
  function stale(body) {
    // Nothing is judged while all halls are closed, and nothing happens; both count from the next opening on.
    const due = body.resumes ? Math.max(Date.parse(body.resumes), Date.parse(body.at)) : Date.parse(body.at);
    const judged = now() - due > told.limits.alerts * 60000 ? minutes(body.at, now()) : 0;
    const data = body.reaches ? minutes(body.reaches, now()) : 0;
    const waited = body.reaches ? (now() - Math.max(Date.parse(body.reaches), closed(body) ? due : 0)) / 60000 : 0;
    const silent = waited > told.limits.live;
    const month = body.month ? minutes(body.month.counted_at, now()) : 0;
    return { alerts: judged, live: silent ? Math.max(judged, data) : judged, month: month > told.limits.month ? month : 0 };
  }
  function ages(body) {
    const old = stale(body);
    for (const one of document.querySelectorAll("[data-tile]")) {
      const age = old[one.dataset.tile];
      one.classList.toggle("stale", age > 0);
      const label = one.querySelector("h2 > .age");
      const text = age > 0 ? Parts.ago(age) : "";
      if (label) say(label, text);
      else if (one.dataset.age !== text) one.dataset.age = text;
    }
  }

  function sentence(body) {
    const holder = document.getElementById("sentence");
    holder.hidden = Boolean(body);
    if (body) return;
    const [title, more] = ended === "revoked" ? ["本屏已停用", "这块屏的授权已收回或已到期；如需继续使用，请系统管理员重新签发大屏令牌。"]
      : ended ? ["这里不能显示大屏", "当前账号没有打开大屏的权限；请用大屏令牌的网址打开，或联系系统管理员。"]
      : told ? ["还没有可显示的数据", "第一次判定完成以后，这里会自己显示；若一直没有，请系统管理员检查定时任务是否在运行。"]
      : failures > 0 ? ["正在连接服务器", "服务器暂时没有应答，接通以后会自己显示。"] : ["正在打开大屏", ""];
    say(holder.firstChild, title);
    say(holder.lastChild, more);
  }

  addEventListener("resize", () => told && told.body && drawn());
  Scenes.build();
  Scenes.drawCourse(null);
  tick();
  setInterval(tick, 1000);
  ask();
})();
