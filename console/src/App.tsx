import { lazy, Suspense } from "react";
import { Navigate, Route, Routes } from "react-router";

import { SessionProvider, useLogin } from "./api/session";
import { ErrorPage } from "./components/ErrorPage";
import { Loading } from "./components/Loading";
import { ChangePassword } from "./shell/ChangePassword";
import { Login } from "./shell/Login";
import { LoginAgain } from "./shell/LoginAgain";
import { pagesFor } from "./shell/pages";
import { Shell } from "./shell/Shell";

const NotFound = lazy(() => import("./shell/NotFound"));

export function App() {
  const { data: login, error, refetch } = useLogin();
  if (!login) {
    return error ? <ErrorPage error={error} retry={() => void refetch()} /> : <Loading />;
  }
  const { session, isOver } = login;
  if (!session) {
    return <Login />;
  }
  if (session.user.must_change_password) {
    return <ChangePassword session={session} />;
  }
  const pages = pagesFor(session);
  return (
    <SessionProvider session={session}>
      <LoginAgain isNeeded={isOver} />
      <Shell key={session.user.name} pages={pages} isOver={isOver}>
        <Suspense fallback={<Loading />}>
          <Routes>
            {pages[0] && <Route index element={<Navigate to={pages[0].path} replace />} />}
            {pages.map(({ path, Page }) => (
              <Route key={path} path={`${path}/*`} element={<Page />} />
            ))}
            <Route path="*" element={<NotFound />} />
          </Routes>
        </Suspense>
      </Shell>
    </SessionProvider>
  );
}
