/** Parameters of the memory model, in GB and GB/token. */
export interface Memory {
  readonly gpu_memory: number;
  readonly model_memory: number;
  readonly kv_per_token: number;
  readonly memory_margin: number;
  /** Share of the token capacity that the soft limit holds back, 0 .. 1. */
  readonly safety_fraction: number;
}

/** Phi^-1(0.95): the soft limit may be exceeded with probability 0.05. */
const THETA = 1.6448536269514722;

/** Soft token capacity eta [tokens]. */
export function softCapacity(memory: Memory): number {
  return (memory.gpu_memory - memory.model_memory) / memory.kv_per_token;
}

/** The hard check of a batch of `tokens` in all. It uses real outputs, which a real server cannot know. */
export function fits(memory: Memory, tokens: number): boolean {
  return memory.model_memory + memory.kv_per_token * tokens <= memory.gpu_memory - memory.memory_margin;
}

/** Requests that the soft limit allows, rule `fraction`. `mean_tokens`: mean input plus mean output [tokens]. */
export function softLimitByFraction(memory: Memory, mean_tokens: number): number {
  const capacity = softCapacity(memory);
  return Math.trunc((capacity - memory.safety_fraction * capacity) / mean_tokens);
}

/**
 * Requests that the soft limit allows, rule `clt`: the tokens of b requests are about Normal(b mu, b sigma^2) and
 * may exceed eta with probability 0.05 (algorithm 1 of Pang, Li, Wang 2025).
 * `mean_tokens`: mu; `variance_tokens`: sigma^2 [tokens^2].
 */
export function softLimitByClt(memory: Memory, mean_tokens: number, variance_tokens: number): number {
  const spread = THETA * Math.sqrt(variance_tokens);
  const root = (Math.sqrt(spread * spread + 4 * mean_tokens * softCapacity(memory)) - spread) / (2 * mean_tokens);
  return Math.floor(root * root);
}

/** Most requests of `tokens` each that a GPU holds, 1 .. batch_max; batch_max if `tokens` is 0. */
export function batchCap(memory: Memory, tokens: number, batch_max: number): number {
  if (tokens === 0) return batch_max;
  const room = memory.gpu_memory - memory.model_memory - memory.memory_margin;
  const cap = Math.trunc(room / (tokens * memory.kv_per_token));
  return Math.min(Math.max(cap, 1), batch_max);
}
