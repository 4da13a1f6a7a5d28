import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { api, data } from "../api/client";
import { NOW_AND_THEN_MS } from "../api/polling";
import { useMay } from "../api/session";

/** What keeps callbacks from being called at all, such as a telephony link that is down: on every page. */
export function Warnings() {
  const concerns = useMay()("SEE_CALLBACKS");
  const { data: readiness } = useQuery({
    queryKey: ["readiness"],
    queryFn: () => data(api.GET("/readyz")),
    refetchInterval: NOW_AND_THEN_MS,
    enabled: concerns,
  });
  const warnings = readiness?.warnings ?? [];
  if (warnings.length === 0) {
    return null;
  }
  return (
    <Alert color="orange" variant="light" mb="sm" icon={<IconAlertTriangle aria-hidden />} role="status">
      {warnings.map((warning) => (
        <div key={warning}>{warning}</div>
      ))}
    </Alert>
  );
}
