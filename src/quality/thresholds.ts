// The limits by which a spread is believed, and why there are such; their defaults are those of the configuration (schema-quality.ts).

export interface QualityThresholds {
  /** A spread that stands shorter is not traded: an order takes 50 to 300 ms to arrive, and a view that is late by less shows one as long. */
  readonly flickerMsMin: number;
  /** How much longer one leg's quote may have been under way than the other's. Beyond 150 ms for long a leg lags anyway. */
  readonly skewMsMax: number;
  /** In the quote currency: ten times the least order that most exchanges take. */
  readonly notionalMin: number;
  /** Between two markets of one coin; what is beyond was an error of somebody's in every case we know of. */
  readonly implausiblePercent: number;
  /** The same while nothing proves yet that the legs are one coin. */
  readonly implausiblePendingPercent: number;
}
