// What Streamlit leaves to us in the browser: the few names it gives in English, said in Chinese; and charts that follow
// the visitor's system from light to dark.
"use strict";
(() => {
  const NAMES = { Open: "展开选项", Close: "关闭", "Clear value": "清除所选", "Clear all": "全部清除", "Show password": "显示密码",
    "Hide password": "隐藏密码", "Show password text": "显示密码", "Hide password text": "隐藏密码" };
  const TEXTS = { "No results": "没有符合的选项" };

  const rename = (within) => {
    for (const e of [within, ...within.querySelectorAll("[aria-label]")]) {
      const ours = NAMES[e.getAttribute("aria-label")];
      if (ours) e.setAttribute("aria-label", ours);
    }
    if (within.closest("[role=listbox]"))
      for (const leaf of [within, ...within.querySelectorAll("*")]) {
        const ours = leaf.childElementCount === 0 && TEXTS[leaf.textContent];
        if (ours) leaf.textContent = ours;
      }
  };

  // Streamlit changes its own colours by itself; charts are drawn on the server, so the page is asked for once more, as
  // when somebody goes back in the browser. What is chosen on it stays.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    setTimeout(() => dispatchEvent(new PopStateEvent("popstate")), 300);
  });

  // What the page is drawn with is made ready while the server still reads, not only when the first chart comes.
  const make = () => document.querySelectorAll("link[data-ahead]").forEach((file) => import(file.href));
  (window.requestIdleCallback || setTimeout)(make);

  // A sheet to print, and its text to copy; on plain http the browser gives no clipboard, then what is marked is copied.
  const DOES = {
    print: () => window.print(),
    copy: (button) => {
      const of = document.getElementById(button.dataset.of), marked = getSelection();
      marked.selectAllChildren(of);
      const done = () => { button.textContent = "已复制"; setTimeout(() => { button.textContent = "复制文字"; }, 2000); };
      if (navigator.clipboard) navigator.clipboard.writeText(of.textContent).then(done, () => {});
      else if (document.execCommand("copy")) done();
    },
  };
  const act = (event) => {
    const button = event.target instanceof Element && event.target.closest("a[data-does]");
    if (!button || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    DOES[button.dataset.does]?.(button);
  };
  document.addEventListener("click", act);
  document.addEventListener("keydown", act);

  // What theme.css goes by: whether there is the bar of pages, and whether Streamlit has lost its connection.
  const root = document.documentElement;
  const mark = () => {
    const app = document.querySelector(".stApp");
    root.classList.toggle("ck-apart", app !== null && app.dataset.testConnectionState !== "CONNECTED");
    root.classList.toggle("ck-menued", document.querySelector(".st-key-menu") !== null);
  };

  new MutationObserver((changes) => {
    mark();
    for (const change of changes) {
      if (change.attributeName === "aria-label") rename(change.target);
      for (const added of change.addedNodes) if (added.nodeType === Node.ELEMENT_NODE) rename(added);
    }
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label", "data-test-connection-state"] });
})();
