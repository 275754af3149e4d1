"use strict";
// A clip's waveform and mel on a canvas, with the spans of its findings.
const WAVE = 74, MEL = 132, AXIS = 18, LANE = 14;

async function unpack(picture) {
  const packed = Uint8Array.from(atob(picture.bytes), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const n = picture.points;
  return { ...picture, low: bytes.subarray(0, n), high: bytes.subarray(n, 2 * n), mel: bytes.subarray(2 * n) };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function rgb(hex) {
  return [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16));
}

// The shades from silence to the loudest, interpolated between --mel-0 and --mel-3.
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

// Each finding has its own lane, so that names do not overlap.
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

// Draw everything; a clip without a picture gets only its spans and its time axis.
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
