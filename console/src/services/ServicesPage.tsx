import { lazy } from "react";
import { Route, Routes } from "react-router";

import { useMay } from "../api/session";
import { PageBoundary } from "../components/Boundary";
import { Loading } from "../components/Loading";
import { ServiceList } from "./ServiceList";

const NotFound = lazy(() => import("../shell/NotFound"));
const Trunks = lazy(() => import("./trunks/Trunks"));
const Setup = lazy(() => import("./setup/Setup"));

/** /services, /services/trunks, and the setup of each service beneath its name. */
export default function ServicesPage() {
  const maySee = useMay()("SEE_SETUP");
  return (
    <PageBoundary waiting={<Loading />}>
      <Routes>
        <Route index element={<ServiceList />} />
        {maySee && <Route path="trunks" element={<Trunks />} />}
        {maySee && <Route path=":name/:section?" element={<Setup />} />}
        <Route path="*" element={<NotFound />} />
      </Routes>
    </PageBoundary>
  );
}
