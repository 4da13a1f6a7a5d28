import { lazy, useState } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";

import { type Session, SessionProvider, useLogin } from "./api/session";
import { PageBoundary } from "./components/Boundary";
import { ErrorPage } from "./components/ErrorPage";
import { useLater } from "./components/later";
import { Loading } from "./components/Loading";
import { pagesFor } from "./shell/pages";
import { Shell } from "./shell/Shell";

const ChangePassword = lazy(() => import("./shell/ChangePassword"));
const Login = lazy(() => import("./shell/Login"));
const NotFound = lazy(() => import("./shell/NotFound"));
const readLoginAgain = () => import("./shell/LoginAgain");

export function App() {
  const { data: login, error, refetch } = useLogin();
  const [page] = useLocation().pathname.split("/", 2).slice(1);
  const shownTo = useShownTo(login?.session);
  if (!login) {
    return error ? <ErrorPage error={error} retry={() => void refetch()} /> : <Loading />;
  }
  const { session, isOver } = login;
  if (!session || shownTo === null) {
    return (
      <PageBoundary waiting={<Loading />}>
        {session && !isOver ? <ChangePassword session={session} /> : <Login isAgain={isOver} />}
      </PageBoundary>
    );
  }
  const pages = pagesFor(session);
  const asks = isOver ? "login" : session.user.must_change_password ? "password" : null;
  return (
    <SessionProvider session={session} isOver={asks !== null}>
      <LoginWhenOver asks={asks} />
      <Shell key={session.user.name} pages={pages}>
        <PageBoundary key={page} waiting={<Loading />}>
          <Routes>
            {pages[0] && <Route index element={<Navigate to={pages[0].path} replace />} />}
            {pages.map(({ path, Page }) => (
              <Route key={path} path={`${path}/*`} element={<Page />} />
            ))}
            <Route path="*" element={<NotFound />} />
          </Routes>
        </PageBoundary>
      </Shell>
    </SessionProvider>
  );
}

/** Whose pages are shown: what they have typed there stays, also when they have to choose a password before they go on. */
function useShownTo(session: Session | null | undefined): string | null {
  const [shownTo, setShownTo] = useState<string | null>(null);
  const user = session?.user;
  const now = user && (!user.must_change_password || user.name === shownTo) ? user.name : null;
  if (now !== shownTo) {
    setShownTo(now);
  }
  return now;
}

/** Loaded ahead: over what somebody has typed nothing else would do. */
function LoginWhenOver({ asks }: { asks: "login" | "password" | null }) {
  const LoginAgain = useLater(readLoginAgain, asks !== null)?.LoginAgain;
  return LoginAgain && <LoginAgain asks={asks} />;
}
