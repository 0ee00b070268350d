/** One finding, in plain words. */
export interface Answer {
  /** `holds`: it does; `fails`: nothing does, or where it stops; `open`: not to be told yet; `says`: anything else. */
  readonly kind: 'holds' | 'fails' | 'open' | 'says';
  /** The finding itself, a clause. */
  readonly title: string;
  /** Its numbers and how sure they are. */
  readonly text: string;
  /** The section that has more. */
  readonly more: string;
}
