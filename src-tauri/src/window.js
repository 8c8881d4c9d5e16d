// What a browser would do and a desk must not: reload while somebody is typing, open a menu of browser words.
// And what it must do: grow. Runs before the page; asks only for its own size.
(() => {
  const sizes = [90, 100, 110, 125, 150, 175, 200];
  // The shell puts the size of yesterday before this script.
  let size = window.fengxiangSize;

  const zoom = (percent) =>
    window.__TAURI_INTERNALS__.invoke("zoom", { percent }).then((now) => {
      size = now;
    });

  const next = (key) => {
    const now = size;
    if (key === "0") return 100;
    if (key === "-") return sizes.findLast((size) => size < now) ?? sizes[0];
    return sizes.find((size) => size > now) ?? sizes.at(-1);
  };

  const isReload = (event) => event.code === "F5" || ((event.ctrlKey || event.metaKey) && event.code === "KeyR");
  const isTyping = (target) => target instanceof Element && target.closest("input, textarea") !== null;

  window.addEventListener(
    "keydown",
    (event) => {
      if (isReload(event)) event.preventDefault();
      if (event.ctrlKey && !event.altKey && ["+", "=", "-", "0"].includes(event.key)) {
        event.preventDefault();
        zoom(next(event.key));
      }
    },
    true,
  );
  window.addEventListener("contextmenu", (event) => {
    if (!isTyping(event.target)) event.preventDefault();
  });
  if (size !== 100) zoom(size);
})();
