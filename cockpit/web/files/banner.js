// While the server does not answer, says so in Chinese with the age of what is shown; goes away by itself.
"use strict";
(() => {
  const EVERY = 5000;
  const AGAIN = 2000;
  const PATIENCE = 4000;
  const MISSES = 2;
  let lastAnswer = Date.now();
  let ageThen = null;
  let missed = 0;

  const banner = document.createElement("div");
  banner.id = "ck-banner";
  banner.setAttribute("role", "status");
  banner.setAttribute("aria-live", "polite");
  // Streamlit's dialog, which is hidden, would take everything else away from screen readers.
  banner.dataset.reactAriaTopLayer = "true";
  banner.hidden = true;
  document.body.append(banner);

  const spoken = (minutes) => {
    if (minutes < 1) return "不到 1 分钟";
    if (minutes < 120) return `${Math.floor(minutes)} 分钟`;
    if (minutes < 2880) return `${Math.floor(minutes / 60)} 小时`;
    return `${Math.floor(minutes / 1440)} 天`;
  };

  const away = (yes) => {
    banner.hidden = !yes;
    document.documentElement.classList.toggle("ck-away", yes);
  };

  const show = () => {
    const silent = (Date.now() - lastAnswer) / 60000;
    const age = ageThen === null ? "" : `，画面上的数据已是 ${spoken(ageThen + silent)}前的`;
    banner.textContent = `与驾驶舱服务器的连接已断开（${spoken(silent)}）${age}；正在自动重连，若长时间不恢复请检查服务器是否在运行。`;
    away(true);
  };

  const look = async () => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: stop.signal });
      const health = await answer.json();
      lastAnswer = Date.now();
      ageThen = health.data_age_minutes;
      missed = 0;
      away(false);
    } catch {
      missed += 1;
      if (missed >= MISSES) show();
    } finally {
      clearTimeout(timer);
      setTimeout(look, missed ? AGAIN : EVERY);
    }
  };

  look();
})();
