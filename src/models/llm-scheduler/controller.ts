import { softLimitByClt, softLimitByFraction } from './memory.ts';
import type { Settings } from './settings.ts';

/**
 * What a dynamic scheduler learns from the batches of one queue, and the batch size it allows: a soft memory limit and
 * the SLA controller (algorithms 1 and 2 of Pang, Li, Wang 2025), under the rules that the settings choose.
 * Token times in seconds, lengths in tokens.
 */
export class Learner {
  private readonly settings: Settings;
  private readonly cap: number;
  private low: number;
  private high: number;
  /** Moving averages: decode time per token, batch size, prompt and output, and the squares of the last two. */
  private tau = 0;
  private size: number;
  private prompt: number;
  private output: number;
  private promptSquare: number;
  private outputSquare: number;
  private updates = 0;
  /** Requests in service elsewhere at the last completion. */
  private elsewhere = 0;

  /** `cap`: most requests in a batch of this queue, 1 .. batch_max. */
  constructor(settings: Settings, cap: number) {
    this.settings = settings;
    this.cap = cap;
    this.low = settings.batch_min;
    this.high = cap;
    this.size = Math.floor((settings.batch_min + cap) / 2);
    this.prompt = settings.prompt_estimate;
    this.output = settings.output_estimate;
    // Nothing is known of the spread yet: no variance.
    this.promptSquare = this.prompt * this.prompt;
    this.outputSquare = this.output * this.output;
  }

  /** Most requests the next batch may have; `serving`: requests in service on all GPUs now. */
  target(serving: number): number {
    return Math.min(this.memoryLimit(serving), this.slaLimit());
  }

  private memoryLimit(serving: number): number {
    const { settings } = this;
    const mean = this.prompt + this.output;
    const variance = this.promptSquare - this.prompt * this.prompt + (this.outputSquare - this.output * this.output);
    let limit =
      settings.safety_rule === 'clt'
        ? softLimitByClt(settings, mean, Math.max(0, variance))
        : softLimitByFraction(settings, mean);
    if (settings.decode_floor === 'cluster' && serving > 0) limit = Math.max(limit, serving);
    limit = Math.min(limit, this.cap);
    return Math.min(Math.max(limit, 1), settings.batch_max);
  }

  private slaLimit(): number {
    const { settings } = this;
    if (this.isWarmingUp()) return Math.floor((this.low + this.high) / 2);
    if (settings.controller_clock === 'attempt') this.moveInterval();
    let limit = Math.floor((this.low + this.high) / 2);
    if (settings.decode_floor === 'cluster' && this.elsewhere > 0) limit = Math.max(limit, this.elsewhere);
    return Math.max(settings.batch_min, Math.min(limit, this.cap));
  }

  private isWarmingUp(): boolean {
    return this.tau === 0 || this.updates < 3;
  }

  private moveInterval(): void {
    const { settings } = this;
    const size = Math.trunc(this.size);
    if (this.tau > settings.d_sla_token + settings.latency_epsilon) this.shrink(size);
    else if (this.tau < settings.d_sla_token - settings.latency_epsilon) this.extend(size);
    else this.hold(size);
    this.low = Math.max(settings.batch_min, this.low);
    this.high = Math.min(this.cap, this.high);
    if (this.low > this.high) this.low = this.high;
  }

  private shrink(size: number): void {
    const { alpha_step, delta_step, batch_min, controller_rule } = this.settings;
    const high = Math.max(size, this.low + alpha_step);
    const low = Math.max(this.low - delta_step, batch_min);
    this.high = controller_rule === 'ratchet' ? Math.min(this.high, high) : high;
    this.low = low;
  }

  private extend(size: number): void {
    const { alpha_step, delta_step, controller_rule } = this.settings;
    const low = Math.min(size, this.high - alpha_step);
    const high = Math.min(this.high + delta_step, this.cap);
    this.low = controller_rule === 'ratchet' ? Math.max(this.low, low) : low;
    this.high = high;
  }

  private hold(size: number): void {
    const { alpha_step, delta_step, batch_min, controller_rule } = this.settings;
    const half = Math.floor((controller_rule === 'ratchet' ? delta_step : alpha_step) / 2);
    this.high = Math.min(size + half, this.cap);
    this.low = Math.max(size - half, batch_min);
  }

  /**
   * Learns from a completed batch of `count`: the sums of its real prompts and outputs and of their squares, its decode
   * time per token, and the requests still in service on the other GPUs.
   */
  learn(batch: BatchSums, token_time: number, elsewhere: number): void {
    const { settings } = this;
    const { count } = batch;
    const weight = settings.ema_weight;
    this.prompt = average(weight, batch.prompt / count, this.prompt);
    this.output = average(weight, batch.output / count, this.output);
    this.promptSquare = average(weight, batch.promptSquare / count, this.promptSquare);
    this.outputSquare = average(weight, batch.outputSquare / count, this.outputSquare);
    this.tau = average(weight, token_time, this.tau);
    this.size = average(weight, count, this.size);
    this.elsewhere = elsewhere;
    this.updates++;
    if (settings.controller_clock === 'completion' && !this.isWarmingUp()) this.moveInterval();
  }

  /** For traces and tests, spelled as in the oracle. */
  state(): LearnerState {
    return {
      b_low: this.low,
      b_high: this.high,
      tau_avg: this.tau,
      b_avg: this.size,
      updates: this.updates,
      n_decode: this.elsewhere,
      avg_prompt: this.prompt,
      avg_output: this.output,
    };
  }
}

export interface LearnerState {
  readonly b_low: number;
  readonly b_high: number;
  readonly tau_avg: number;
  readonly b_avg: number;
  readonly updates: number;
  readonly n_decode: number;
  readonly avg_prompt: number;
  readonly avg_output: number;
}

/** Sums over the requests of one batch. */
export interface BatchSums {
  count: number;
  prompt: number;
  output: number;
  promptSquare: number;
  outputSquare: number;
  /** Largest prompt + output. */
  longest: number;
}

function average(weight: number, value: number, old: number): number {
  return weight * value + (1 - weight) * old;
}
