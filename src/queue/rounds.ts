import { every, type Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import { orAborted } from '../execute/or-aborted.ts';
import type { Deliveries } from './deliveries.ts';
import type { OwnThreads } from './own-threads.ts';
import type { Reach } from './reach.ts';
import type { Survey } from './survey.ts';
import type { ManagerTransport } from './transport.ts';

/** How often the broker is asked whether it still has what it was given [ms]. */
const SURVEY_MS = 2_000;
/** Results are waited for so long at a time [ms]. */
const WAIT_MS = 1_000;

export interface RoundsOptions {
  readonly transport: ManagerTransport;
  readonly clock: Clock;
  readonly deliveries: Deliveries;
  readonly survey: Survey;
  readonly own: OwnThreads;
  readonly reach: Reach;
  readonly closing: AbortSignal;
  /** The workers were looked at: there may be more. */
  readonly onSurveyed: () => void;
  /** Another manager has the namespace. */
  readonly onLost: (error: EngineError) => void;
}

/** What a manager does again and again as long as a run lasts: it takes results as they come, and looks after what the broker has. */
export class Rounds {
  private readonly options: RoundsOptions;
  private receiving: Promise<void> = Promise.resolve();
  private surveying: Promise<void> | undefined;
  private stopSurveys: () => void = () => undefined;

  constructor(options: RoundsOptions) {
    this.options = options;
  }

  start(): void {
    this.receiving = this.receive();
    this.stopSurveys = every(this.options.clock, SURVEY_MS, () => {
      this.surveying ??= this.lookAround().finally(() => {
        this.surveying = undefined;
      });
    });
  }

  /** After `closing`: resolves when nothing is under way any more. */
  async end(): Promise<void> {
    this.stopSurveys();
    await Promise.all([this.receiving, this.surveying]);
  }

  private isOver(): boolean {
    return this.options.closing.aborted;
  }

  private async receive(): Promise<void> {
    const { transport, clock, deliveries, reach, closing } = this.options;
    while (!this.isOver()) {
      try {
        await deliveries.incoming.takeAll(await orAborted(transport.newResults(WAIT_MS), closing));
        reach.here();
      } catch (error) {
        if (this.isOver()) return;
        reach.gone(error);
        await clock.sleep(WAIT_MS, closing);
      }
    }
  }

  /** Whatever the broker has lost is given to it again, and what waits there while threads of this machine idle is computed here. */
  private async lookAround(): Promise<void> {
    const { transport, survey, deliveries, reach, own, onSurveyed, onLost } = this.options;
    try {
      await transport.renew();
      await survey.announce();
      await survey.look();
      onSurveyed();
      await deliveries.incoming.takeAll(await transport.results());
      await survey.offerLost();
      reach.here();
    } catch (error) {
      if (error instanceof EngineError && error.code === 'LOCKED') onLost(error);
      else reach.gone(error);
    }
    if (!this.isOver()) await own.steal();
  }
}
