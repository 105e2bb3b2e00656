// A photo from disk, small enough to send: as it is when it may be, else as a JPEG of at most 1600 pixels a side.
const MAX_SIDE_PIXELS = 1600;
const MAX_BYTES = 1024 * 1024;
const AS_IT_IS = new Set(["image/png", "image/jpeg", "image/gif"]);

/** The photo as a data URL. Throws when the browser cannot read it. */
export async function readPhoto(file) {
  if (AS_IT_IS.has(file.type) && (file.size <= MAX_BYTES || file.type === "image/gif")) return readFile(file);
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, MAX_SIDE_PIXELS / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.86);
}

/** Any file as a data URL. */
export function readFile(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}
