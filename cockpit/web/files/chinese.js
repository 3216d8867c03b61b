// The few names that Streamlit gives its buttons in English, for screen readers, said in Chinese; and no option found.
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

  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") rename(change.target);
      for (const added of change.addedNodes) if (added.nodeType === Node.ELEMENT_NODE) rename(added);
    }
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] });
})();
