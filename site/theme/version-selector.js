// A list of versions in the header. `versions.js`, one folder above, says which there are and which pages they have, so that the list is
// also complete in older versions and works from a disk. Another version opens at the same page if it has it, and else at its first page.
(() => {
  const { version, page } = document.currentScript.dataset;
  const versions = window.plenaryVersions || [];
  const title = document.querySelector(".md-header__title");
  if (versions.length < 2 || !title) return;
  const select = document.createElement("select");
  select.className = "site-version";
  select.setAttribute("aria-label", "Version of the documentation");
  for (const { name } of versions) {
    select.add(new Option(name, name, name === version, name === version));
  }
  const root = new URL("../".repeat((page.match(/\//g) || []).length + 1), location.href.split(/[?#]/)[0]);
  select.addEventListener("change", () => {
    const chosen = versions.find((entry) => entry.name === select.value);
    const path = chosen.pages.includes(page) ? page : "index.html";
    location.href = new URL(`${chosen.name}/${path}`, root);
  });
  title.after(select);
})();
