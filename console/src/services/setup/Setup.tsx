import { Anchor } from "@mantine/core";
import { Link, Navigate, NavLink, useParams } from "react-router";

import { useMay, useSession } from "../../api/session";
import { ErrorPage } from "../../components/ErrorPage";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { PageHead } from "../../components/PageHead";
import { useService, useStatuses } from "../data";
import { DeleteService } from "./DeleteService";
import { SectionForm } from "./SectionForm";
import { SECTIONS } from "./settings";
import classes from "./setup.module.css";
import { StatusStrip } from "./StatusStrip";

/** A service's own page: how it stands, and its settings in sections, each at an address of its own. */
export default function Setup() {
  const { name = "", section: wanted } = useParams();
  const { data: stored, error, refetch } = useService(name);
  const { error: noStatuses } = useStatuses();
  const isReadOnly = !useMay()("CHANGE_SETUP");
  const { sees_all_services: seesAll } = useSession();
  const here = `/services/${encodeURIComponent(name)}`;
  const section = SECTIONS.find(({ id }) => id === wanted);
  if (!section) {
    return <Navigate to={`${here}/general`} replace />;
  }
  if (!stored) {
    return error ? <ErrorPage error={error} retry={() => void refetch()} /> : <Loading />;
  }
  const { service } = stored;
  return (
    <>
      <Anchor component={Link} to="/services" size="sm">
        All services
      </Anchor>
      <PageHead
        title={service.display_name}
        about={`${service.name}${service.is_practice ? ", of the practice mode" : ""}${isReadOnly ? "; you can look, and change nothing" : ""}`}
      />
      <Failure of={error ?? noStatuses} />
      <StatusStrip name={name} />
      <nav className={classes.tabs} aria-label="Sections">
        {SECTIONS.map(({ id, label }) => (
          <NavLink key={id} to={`${here}/${id}`}>
            {label}
          </NavLink>
        ))}
      </nav>
      <SectionForm key={`${name}/${section.id}`} section={section} stored={stored} isReadOnly={isReadOnly} />
      {section.id === "general" && !isReadOnly && seesAll && <DeleteService service={service} />}
    </>
  );
}
