"use strict";
// A clip's waveform and mel on a canvas, with the spans of its findings.
const WAVE = 74, MEL = 132, AXIS = 18, LANE = 14;

async function unpack(told) {
  const packed = Uint8Array.from(atob(told.bytes), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const n = told.points;
  return { ...told, low: bytes.subarray(0, n), high: bytes.subarray(n, 2 * n), mel: bytes.subarray(2 * n) };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function rgb(hex) {
  return [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16));
}

// From nothing to the loudest, by way of the colours --mel-0 to --mel-3.
function palette(shades) {
  const stops = [0, 1, 2, 3].map((number) => rgb(colour(`--mel-${number}`)));
  return Array.from({ length: shades + 1 }, (_, shade) => {
    const place = (3 * shade) / shades, below = Math.min(Math.floor(place), 2);
    return stops[below].map((value, part) => value + (place - below) * (stops[below + 1][part] - value));
  });
}

function melImage({ mel, bands, frames, shades }) {
  const image = new ImageData(frames, bands), colours = palette(shades);
  mel.forEach((shade, index) => {
    const row = bands - 1 - Math.floor(index / frames);
    image.data.set([...colours[shade], 255], 4 * (row * frames + (index % frames)));
  });
  const small = document.createElement("canvas");
  [small.width, small.height] = [frames, bands];
  small.getContext("2d").putImageData(image, 0, 0);
  return small;
}

function drawWave(pen, picture, width, top) {
  const place = (value) => top + WAVE * (1 - value / 255);
  const step = width / picture.points;
  pen.beginPath();
  picture.high.forEach((value, index) => pen.lineTo((index + 0.5) * step, place(value) - 0.4));
  for (let index = picture.points - 1; index >= 0; index--)
    pen.lineTo((index + 0.5) * step, place(picture.low[index]) + 0.4);
  pen.fillStyle = colour("--wave");
  pen.fill();
}

function drawSeconds(pen, seconds, width, top) {
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60].find((each) => (width * each) / seconds > 44) ?? 300;
  pen.fillStyle = colour("--soft");
  for (let count = 0; count * step < seconds; count++) {
    const x = (width * count * step) / seconds;
    pen.fillRect(x, top, 1, 4);
    pen.fillText(`${+(count * step).toFixed(1)}${count ? "" : " s"}`, x + 3, top + 12);
  }
}

// Each finding has a lane for its name, so that no two names cover each other.
function drawSpans(pen, marks, seconds, width, height) {
  marks.forEach(({ name, spans }, lane) => spans.forEach(([from, to], number) => {
    const x = (width * from) / seconds;
    const wide = Math.max((width * (to - from)) / seconds, 2);
    pen.globalAlpha = 0.22;
    pen.fillStyle = colour("--bad");
    pen.fillRect(x, LANE * marks.length, wide, height);
    pen.globalAlpha = 1;
    pen.fillRect(x, LANE * (lane + 1) - 2, wide, 2);
    if (number) return;
    pen.fillText(name, Math.max(0, Math.min(x, width - pen.measureText(name).width)), LANE * (lane + 1) - 4);
  }));
}

// Draws all; a clip without a picture gets its spans and its seconds.
function drawPicture(canvas, picture, seconds, marks) {
  const width = canvas.parentElement.clientWidth, top = LANE * marks.length;
  const height = top + WAVE + MEL + AXIS, scale = devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.font = "11px system-ui, sans-serif";
  if (picture) {
    drawWave(pen, picture, width, top);
    pen.drawImage(melImage(picture), 0, top + WAVE, width, MEL);
  }
  drawSpans(pen, marks, seconds, width, WAVE + MEL);
  drawSeconds(pen, seconds, width, top + WAVE + MEL);
}
