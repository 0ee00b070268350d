import { EventQueue } from '../../simulation/event-queue.ts';
import { BinIndex } from './bins.ts';
import { Learner, type BatchSums, type LearnerState } from './controller.ts';
import { IdleGpus } from './idle-gpus.ts';
import { serviceTime, tokenTime } from './latency-model.ts';
import { fits } from './memory.ts';
import { assignQueues, binsOf, capsOf } from './queue-plan.ts';
import { Queues, REJECTED } from './queues.ts';
import { isDynamic, type Bin, type Settings } from './settings.ts';
import type { Workload } from './workload.ts';
import type { Workspace } from './workspace.ts';

/** What happened in a run. Batches in the order they were formed; with `dispatch: immediate` that is the order they started. */
export interface Run {
  readonly num_batches: number;
  /** [s], per batch. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** The batch is `order[first]` .. `order[first + size - 1]`. */
  readonly first: Int32Array;
  readonly size: Int32Array;
  readonly gpu: Int16Array;
  /** Requests by queue and arrival. */
  readonly order: Int32Array;
  readonly num_unserved: number;
  readonly num_rejected: number;
  /** Arrivals and completions (and, with `full_or_timeout`, timers). */
  readonly num_events: number;
  /** Service time of the batches started, per GPU [s]. */
  readonly busy: Float64Array;
  /** The queues' ranges of predicted lengths; empty without bins. */
  readonly bins: readonly Bin[];
  /** Most requests of a batch, per queue; empty without learners. */
  readonly caps: readonly number[];
  readonly learners: readonly LearnerState[];
}

/** A factor on the next service time; absent: none. */
export type ServiceNoise = () => number;

/**
 * One run of one queueing system: run-to-completion batches on `num_gpus` identical GPUs. A pure function of its
 * arguments; the arrays of the result are views of `workspace` and hold until its next run.
 */
export function run(workload: Workload, settings: Settings, workspace: Workspace, noise?: ServiceNoise): Run {
  return new Simulation(workload, settings, workspace, noise).run();
}

class Simulation {
  private readonly workload: Workload;
  private readonly settings: Settings;
  private readonly workspace: Workspace;
  private readonly noise: ServiceNoise | undefined;
  private readonly events: EventQueue;
  private readonly idle: IdleGpus;
  private readonly queues: Queues;
  private readonly bins: readonly Bin[];
  private readonly caps: readonly number[];
  private readonly learners: readonly Learner[];
  /** Batch size of the schedulers without learners. */
  private readonly fixed: number;
  private readonly timed: boolean;
  /** Queues whose timer is pending. */
  private readonly timers: Uint8Array;
  private readonly busy: Float64Array;
  /** What each GPU is serving. */
  private readonly served: readonly BatchSums[];
  private readonly servedQueue: Uint16Array;
  private readonly batchQueue: number[] = [];
  private serving = 0;
  private formed = 0;
  private started = 0;
  private numEvents = 0;

  constructor(workload: Workload, settings: Settings, workspace: Workspace, noise: ServiceNoise | undefined) {
    this.workload = workload;
    this.settings = settings;
    this.workspace = workspace;
    this.noise = noise;
    const gpus = settings.num_gpus;
    this.bins = binsOf(workload, settings);
    const queues = Math.max(1, this.bins.length);
    const index = this.bins.length === 0 ? undefined : new BinIndex(this.bins, settings.below_first_bin);
    this.caps = isDynamic(settings.scheduler_type) ? capsOf(workload, settings, this.bins, index) : [];
    this.learners = this.caps.map((cap) => new Learner(settings, cap));
    this.fixed =
      settings.scheduler_type === 'static_fifo'
        ? settings.static_batch
        : Math.min(settings.fixed_batch, settings.max_candidates);
    assignQueues(workload, settings, index, workspace.queueOf);
    this.queues = new Queues(workspace, workload.count, queues);
    this.timed = settings.dispatch === 'full_or_timeout';
    this.timers = new Uint8Array(queues);
    this.events = new EventQueue(gpus + queues);
    this.idle = new IdleGpus(gpus);
    this.busy = new Float64Array(gpus);
    this.served = Array.from({ length: gpus }, () => emptySums());
    this.servedQueue = new Uint16Array(gpus);
  }

  run(): Run {
    const { events, workload, settings } = this;
    const { arrival, count } = workload;
    let next = 0;
    for (;;) {
      const due = events.nextTime;
      // The arrivals were created before any other event, so at equal times they come first.
      if (next < count && arrival[next]! <= due) {
        events.advanceTo(arrival[next]!);
        this.arrive(next++);
      } else if (due < Infinity) {
        const event = events.take();
        if (event < settings.num_gpus) this.complete(event);
        else this.timeout(event - settings.num_gpus);
      } else break;
      this.numEvents++;
    }
    return this.result();
  }

  private arrive(request: number): void {
    const queue = this.workspace.queueOf[request]!;
    if (queue === REJECTED) return;
    this.queues.join(queue);
    if (this.timed) this.gather(queue);
    this.offer();
  }

  /** The batch on `gpu` is done: its queue's learner learns, then only this GPU looks for work. */
  private complete(gpu: number): void {
    const batch = this.served[gpu]!;
    this.serving -= batch.count;
    if (this.learners.length > 0) {
      const learner = this.learners[this.servedQueue[gpu]!]!;
      learner.learn(batch, tokenTime(this.settings.latency, batch.count), this.serving);
    }
    this.idle.add(gpu);
    this.attempt(gpu);
  }

  /** Every idle GPU, in ascending number, tries to form a batch. */
  private offer(): void {
    for (let gpu = this.idle.from(0); gpu >= 0 && this.hasWork(); gpu = this.idle.from(gpu + 1)) this.attempt(gpu);
  }

  private hasWork(): boolean {
    return this.timed ? this.started < this.formed : this.queues.waiting > 0;
  }

  private attempt(gpu: number): void {
    if (this.timed) {
      if (this.started < this.formed) this.start(gpu, this.started++, this.batchQueue[this.started - 1]!);
      return;
    }
    const queue = this.settings.bin_selection === 'round_robin' ? this.queues.nextInTurn() : this.queues.longest();
    if (queue < 0) return;
    const size = this.sizeOf(queue);
    if (size === 0) return;
    this.form(queue, size);
    this.start(gpu, this.started++, queue);
  }

  /** How many requests from the front of `queue` the next batch takes; 0: none fits. */
  private sizeOf(queue: number): number {
    const { queues, settings } = this;
    const length = queues.length(queue);
    if (this.learners.length === 0) return Math.min(this.fixed, length);
    const target = this.learners[queue]!.target(this.serving);
    const most = Math.min(target, length, settings.max_candidates);
    return this.fitting(queues.front(queue), most);
  }

  /** The longest run of at most `most` requests from `front` that passes the hard memory check. */
  private fitting(front: number, most: number): number {
    const { prompt, output } = this.workload;
    const { order } = this.queues;
    let tokens = 0;
    for (let size = 0; size < most; size++) {
      const request = order[front + size]!;
      tokens += prompt[request]! + output[request]!;
      if (!fits(this.settings, tokens)) return size;
    }
    return most;
  }

  private form(queue: number, size: number): void {
    this.workspace.batchFirst[this.formed] = this.queues.front(queue);
    this.workspace.batchSize[this.formed] = size;
    this.formed++;
    this.queues.take(queue, size);
  }

  private start(gpu: number, batch: number, queue: number): void {
    const { workspace, settings, events } = this;
    const sums = this.served[gpu]!;
    this.sum(workspace.batchFirst[batch]!, workspace.batchSize[batch]!, sums);
    let service = serviceTime(settings.latency, sums.count, sums.longest);
    if (this.noise !== undefined) service *= this.noise();
    const end = events.now + service;
    workspace.batchStart[batch] = events.now;
    workspace.batchEnd[batch] = end;
    workspace.batchGpu[batch] = gpu;
    this.servedQueue[gpu] = queue;
    this.busy[gpu]! += service;
    this.serving += sums.count;
    this.idle.remove(gpu);
    events.schedule(end, gpu);
  }

  private sum(first: number, size: number, sums: BatchSums): void {
    const { prompt, output } = this.workload;
    const { order } = this.queues;
    let prompts = 0;
    let outputs = 0;
    let promptSquares = 0;
    let outputSquares = 0;
    let longest = 0;
    for (let at = first; at < first + size; at++) {
      const request = order[at]!;
      const input = prompt[request]!;
      const generated = output[request]!;
      prompts += input;
      outputs += generated;
      promptSquares += input * input;
      outputSquares += generated * generated;
      if (input + generated > longest) longest = input + generated;
    }
    sums.count = size;
    sums.prompt = prompts;
    sums.output = outputs;
    sums.promptSquare = promptSquares;
    sums.outputSquare = outputSquares;
    sums.longest = longest;
  }

  /** `full_or_timeout`: a full batch joins the one line of batches; a queue with a part batch has a timer. */
  private gather(queue: number): void {
    if (this.queues.length(queue) >= this.fixed) this.line(queue, this.fixed);
    else if (this.timers[queue] === 0) this.setTimer(queue, this.events.now + this.settings.max_wait);
  }

  /** The oldest request of the part batch has waited `max_wait`, or left since the timer was set. */
  private timeout(queue: number): void {
    this.timers[queue] = 0;
    const length = this.queues.length(queue);
    if (length === 0) return;
    const oldest = this.queues.order[this.queues.front(queue)]!;
    const deadline = this.workload.arrival[oldest]! + this.settings.max_wait;
    if (deadline > this.events.now) {
      this.setTimer(queue, deadline);
      return;
    }
    this.line(queue, length);
    this.offer();
  }

  private line(queue: number, size: number): void {
    this.batchQueue.push(queue);
    this.form(queue, size);
  }

  private setTimer(queue: number, time: number): void {
    this.timers[queue] = 1;
    this.events.schedule(time, this.settings.num_gpus + queue);
  }

  private result(): Run {
    const { workspace, formed, queues } = this;
    return {
      num_batches: formed,
      start: workspace.batchStart.subarray(0, formed),
      end: workspace.batchEnd.subarray(0, formed),
      first: workspace.batchFirst.subarray(0, formed),
      size: workspace.batchSize.subarray(0, formed),
      gpu: workspace.batchGpu.subarray(0, formed),
      order: queues.order,
      num_unserved: queues.waiting,
      num_rejected: queues.rejected,
      num_events: this.numEvents,
      busy: this.busy,
      bins: this.bins,
      caps: this.caps,
      learners: this.learners.map((learner) => learner.state()),
    };
  }
}

function emptySums(): BatchSums {
  return { count: 0, prompt: 0, output: 0, promptSquare: 0, outputSquare: 0, longest: 0 };
}
