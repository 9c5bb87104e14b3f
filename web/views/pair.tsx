// The view of one pair.

interface PairViewProps {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}

export function PairView({ symbol, exchange1, exchange2 }: PairViewProps) {
  return <h2>{`${symbol} ${exchange1} / ${exchange2}`}</h2>;
}
