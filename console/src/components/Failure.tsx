import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import { sentenceOf } from "./sentences";

/** Why something asked for was not done, and what to do; nothing when there is no error. */
export function Failure({ of: error }: { of: unknown }) {
  if (!error) {
    return null;
  }
  return (
    <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle aria-hidden />}>
      {sentenceOf(error)}
    </Alert>
  );
}
