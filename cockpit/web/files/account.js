// Who is signed in, in the corner of every page, with the way out; leads to the door when the session is over.
"use strict";
(() => {
  const EVERY = 10000;
  const ROLES = { leader: "中心领导", manager: "大厅主任", duty: "值班长", data: "数据管理员", auditor: "审计员", admin: "系统管理员", wall: "大屏" };

  const menu = document.createElement("details");
  menu.id = "ck-account";
  // Streamlit hides what stands beside it from screen readers while one of its dialogs is open.
  menu.dataset.reactAriaTopLayer = "true";
  const summary = document.createElement("summary");
  const role = document.createElement("p");
  const password = document.createElement("a");
  password.href = "/password";
  password.textContent = "修改密码";
  const out = document.createElement("form");
  out.method = "post";
  out.action = "/logout";
  const button = document.createElement("button");
  button.type = "submit";
  button.textContent = "退出登录";
  out.append(button);
  const panel = document.createElement("div");
  panel.append(role, password, out);
  menu.append(summary, panel);
  menu.hidden = true;
  document.body.append(menu);
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      summary.focus();
    }
  });

  // Who signs out is led to the door by the server, which says so; a look in between must not lead elsewhere.
  let leaving = false;
  out.addEventListener("submit", () => { leaving = true; });

  const look = async () => {
    try {
      const answer = await fetch("/session", { cache: "no-store" });
      if (leaving) return;
      if (answer.status === 401) {
        location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
        return;
      }
      if (answer.ok) {
        const who = await answer.json();
        summary.textContent = who.name;
        role.textContent = `${ROLES[who.role] || who.role} · 账号 ${who.account}`;
        menu.hidden = who.role === "wall";
      }
    } catch {
      // The server is away: the banner says so.
    }
    setTimeout(look, EVERY);
  };

  look();
})();
