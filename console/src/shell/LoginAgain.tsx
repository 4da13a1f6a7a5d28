import { Button, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";

import { useLogOut, useSession } from "../api/session";
import { Failure } from "../components/Failure";
import { useKept } from "../components/kept";
import { ChangePasswordForm } from "./ChangePasswordForm";
import { LoginForm } from "./LoginForm";

/**
 * Over the page as it stands, so that nothing typed is lost: asks for the password when the session has run out, or for
 * another one when it was given to them by somebody else.
 */
export function LoginAgain({ asks }: { asks: "login" | "password" | null }) {
  const { user } = useSession();
  const isForLogin = useKept(asks, "login") === "login";
  const leave = useMutation({ mutationFn: useLogOut() });
  return (
    <Modal
      opened={asks !== null}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={1000}
      title={isForLogin ? "Your session has run out" : "Choose a password of your own"}
      centered
    >
      <Stack gap="md">
        <Text>
          {isForLogin ? "Log in again" : "The one that you have is known to somebody else. Choose another one"} to go on
          where you are. What you have typed is still there.
        </Text>
        {isForLogin ? <LoginForm user={user.name} /> : <ChangePasswordForm user={user.name} />}
        <Failure of={leave.error} />
        <Button variant="subtle" loading={leave.isPending} onClick={() => leave.mutate()}>
          Log in as somebody else
        </Button>
      </Stack>
    </Modal>
  );
}
