// What the browser remembers for this page. A browser that remembers nothing is no trouble.
export function recall(name, otherwise) {
  try {
    const kept = localStorage.getItem(`emulator.${name}`);
    return kept === null ? otherwise : JSON.parse(kept);
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`emulator.${name}`, JSON.stringify(value));
  } catch {
    // Private windows may refuse.
  }
}
