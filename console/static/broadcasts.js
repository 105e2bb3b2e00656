// How many parts a short message takes, while it is typed; the server counts again, with people's real values.
"use strict";

(() => {
  const PLAIN = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  const DOUBLE = "^{}\\[~]|€\f";
  const toPlain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D");

  function parts(text, isUnicode) {
    const sent = isUnicode ? text.normalize("NFC") : toPlain(text);
    const isPlain = [...sent].every((sign) => PLAIN.includes(sign) || DOUBLE.includes(sign));
    const length = isPlain ? [...sent].reduce((sum, sign) => sum + (DOUBLE.includes(sign) ? 2 : 1), 0) : sent.length;
    const [one, each] = isPlain ? [160, 153] : [70, 67];
    return { length, parts: length === 0 ? 0 : length <= one ? 1 : Math.ceil(length / each) };
  }

  for (const field of document.querySelectorAll("[data-sms]")) {
    const told = document.createElement("p");
    told.className = "count";
    told.id = `${field.id}-count`;
    field.after(told);
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${told.id}`.trim());
    const tell = () => {
      const found = parts(field.value.trim(), field.dataset.sms === "unicode");
      told.textContent = field.dataset.label
        .replace("{chars}", found.length).replace("{parts}", found.parts).replace("{most}", field.dataset.parts)
        .replace("{cost}", (found.parts * Number(field.dataset.vnd)).toLocaleString(document.documentElement.lang));
      told.classList.toggle("over", found.parts > Number(field.dataset.parts));
    };
    field.addEventListener("input", tell);
    tell();
  }
})();
