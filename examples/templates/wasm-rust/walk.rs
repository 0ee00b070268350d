//! One permutation is one walk: every step goes up with probability p, else down.
mod permafrost;
use permafrost::{Alea, Chunk, Rng};

permafrost::exports!();

/// Permutations first to first + count - 1 of a cell. A row may depend on parameters and seeds, and on nothing else.
#[no_mangle]
pub unsafe extern "C" fn simulate(
    parameters: *const f64,
    seeds: *const [u32; 4],
    _first: u32,
    count: u32,
    columns: *mut f64,
) -> i32 {
    // Two parameters and two metrics, in the order of walk.json.
    let mut chunk = Chunk::new(parameters, 2, seeds, count, columns, 2);
    let [p, steps] = [chunk.parameters[0], chunk.parameters[1]];
    for i in 0..chunk.count {
        let mut rng = Alea::start(&chunk.seeds[i]);
        let (mut at, mut highest) = (0i32, 0i32);
        for _ in 0..steps as u32 {
            at += if rng.uniform() < p { 1 } else { -1 };
            highest = highest.max(at);
        }
        chunk.set(0, i, at as f64);
        chunk.set(1, i, highest as f64);
    }
    0
}
