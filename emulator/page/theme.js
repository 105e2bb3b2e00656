// Runs before anything is drawn, so that a chosen theme does not flash.
try {
  const theme = JSON.parse(localStorage.getItem("emulator.theme"));
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Nothing is remembered: the system's theme.
}
