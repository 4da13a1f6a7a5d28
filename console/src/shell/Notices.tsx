import { useLater } from "../components/later";

const load = () => import("./NoticeList");

/** What is told in a corner of any page. What is told before it has come is shown when it has. */
export function Notices() {
  // Soon, though after what the first view needs: it may have to tell that the server is away.
  const List = useLater(load, true)?.Notifications;
  return List && <List position="bottom-right" />;
}
