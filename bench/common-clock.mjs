// Given to programs of one bench by --import: a wall clock that all of them read off the machine's one counter, so that what one of
// them stamps another can compare to the microsecond. BENCH_WALL_BASE_MS is what that counter lacks to the wall's time.

const baseMs = Number(process.env.BENCH_WALL_BASE_MS);
if (!Number.isNaN(baseMs)) Date.now = () => baseMs + Number(process.hrtime.bigint()) / 1e6;
