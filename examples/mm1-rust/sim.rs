//! Waiting times of an M/M/1 queue that has been open for ever: customers one after the other (Lindley's recursion).
#[path = "../../native-free/headers/permafrost.rs"]
mod permafrost;
use permafrost::{Alea, Chunk, Rng};

permafrost::exports!();

#[no_mangle]
pub unsafe extern "C" fn simulate(
    parameters: *const f64,
    seeds: *const [u32; 4],
    _first: u32,
    count: u32,
    columns: *mut f64,
) -> i32 {
    let mut chunk = Chunk::new(parameters, 3, seeds, count, columns, 3);
    let [load, mean_service, customers] = [chunk.parameters[0], chunk.parameters[1], chunk.parameters[2]];
    let mean_gap = mean_service / load;
    for i in 0..chunk.count {
        let mut rng = Alea::start(&chunk.seeds[i]);
        // The first customer finds the queue as it is in the long run: nobody waits with chance 1 - load, else the wait is exponential.
        let served = rng.uniform() >= load;
        let first = rng.exponential(mean_service / (1.0 - load));
        let mut wait = if served { 0.0 } else { first };
        let (mut sum, mut waiting, mut longest) = (0.0, 0.0, 0.0);
        for _ in 0..customers as u32 {
            sum += wait;
            if wait > 0.0 {
                waiting += 1.0;
            }
            longest = if wait > longest { wait } else { longest };
            wait += rng.exponential(mean_service) - rng.exponential(mean_gap);
            if wait < 0.0 {
                wait = 0.0;
            }
        }
        chunk.set(0, i, sum / customers);
        chunk.set(1, i, waiting / customers);
        chunk.set(2, i, longest);
    }
    0
}
