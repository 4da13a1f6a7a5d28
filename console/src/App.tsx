import { lazy } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";

import { SessionProvider, useLogin } from "./api/session";
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
  if (!login) {
    return error ? <ErrorPage error={error} retry={() => void refetch()} /> : <Loading />;
  }
  const { session, isOver } = login;
  if (!session || session.user.must_change_password) {
    return (
      <PageBoundary waiting={<Loading />}>{session ? <ChangePassword session={session} /> : <Login />}</PageBoundary>
    );
  }
  const pages = pagesFor(session);
  return (
    <SessionProvider session={session} isOver={isOver}>
      <LoginWhenOver isOver={isOver} />
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

/** Loaded ahead: over what somebody has typed nothing else would do. */
function LoginWhenOver({ isOver }: { isOver: boolean }) {
  const LoginAgain = useLater(readLoginAgain, isOver)?.LoginAgain;
  return LoginAgain && <LoginAgain isNeeded={isOver} />;
}
