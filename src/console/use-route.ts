import { useEffect, useState } from 'preact/hooks';
import { parseRoute, type Route } from './routes.ts';

/** Where in the console the person is; follows links and the browser's back. */
export function useRoute(): Route {
  const [route, setRoute] = useState<Route>(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}
