// sharp's documented way to three sizes: one pipeline for each. `node sharp_ladder.cjs PHOTO REPEATS [FOLDER]`
// prints what bench/contender.py prints. One thread, no cache, as the others have it.
const fs = require("node:fs");
const path = require("node:path");
const sharp = require("sharp");

const SIDES = { full: 2048, preview: 1080, thumb: 320 };

async function render(photo) {
  const files = {};
  for (const [name, side] of Object.entries(SIDES)) {
    files[name] = await sharp(photo)
      .rotate()
      .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
      .jpeg({ quality: 82 })
      .toBuffer();
  }
  return files;
}

function peakBytes() {
  const line = fs.readFileSync("/proc/self/status", "utf8").split("\n").find((one) => one.startsWith("VmHWM"));
  return Number(line.split(/\s+/)[1]) * 1024;
}

async function main([photo, repeats, folder]) {
  sharp.cache(false);
  sharp.concurrency(1);
  const cpu = [];
  let files = {};
  for (let round = 0; round < Number(repeats); round += 1) {
    const started = process.cpuUsage();
    files = await render(photo);
    const { user, system } = process.cpuUsage(started);
    cpu.push((user + system) / 1e6);
  }
  if (folder) {
    for (const [name, data] of Object.entries(files)) fs.writeFileSync(path.join(folder, `${name}.jpg`), data);
  }
  console.log(JSON.stringify({ cpu_s: cpu, peak_bytes: peakBytes() }));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
