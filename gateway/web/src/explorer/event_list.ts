import { Observed } from "./observed";

/** An event of a subscription, and when it came. Events are numbered from 1. */
export interface ReceivedEvent {
  readonly number: number;
  readonly at: Date;
  readonly text: string;
}

export interface Events {
  readonly events: readonly ReceivedEvent[];
  readonly count: number;
  readonly paused: boolean;
}

const MOST = 200;

/** The events of the current subscription, newest first; the last 200 are kept. While it is paused, events are counted only. */
export class EventList extends Observed<Events> {
  constructor() {
    super({ events: [], count: 0, paused: false });
  }

  add(result: unknown): void {
    const { events, count, paused } = this.value;
    const number = count + 1;
    const event = { number, at: new Date(), text: JSON.stringify(result, null, 2) };
    this.set({ events: paused ? events : [event, ...events.slice(0, MOST - 1)], count: number, paused });
  }

  clear(): void {
    this.set({ events: [], count: 0, paused: this.value.paused });
  }

  pause(paused: boolean): void {
    this.set({ ...this.value, paused });
  }
}
