import { Shell } from './Shell';

/** The page: for now one screen, the lab. */
export function App() {
  return <Shell />;
}
