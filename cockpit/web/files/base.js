// Where the server is: at the root, whichever page the address names. Without this, Streamlit's client first asks below
// the page's own address and finds nothing there.
window.__streamlit = {
  BACKEND_BASE_URL: `${location.origin}/`,
  HOST_CONFIG_BASE_URL: `${location.origin}/`,
  MAIN_PAGE_BASE_URL: `${location.origin}/`,
};
