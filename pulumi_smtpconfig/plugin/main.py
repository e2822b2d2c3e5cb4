"""`pulumi-resource-smtpconfig`, which the engine starts."""

from __future__ import annotations

import logging
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

from pulumi_smtpconfig.engine_watch import exit_with_the_engine


def main() -> None:
    """Serve the engine until it ends, and print the port for it."""
    exit_with_the_engine()  # before all else: a process for the schema alone is never configured
    # The engine asks for the end by this signal once it is done, and waits 5 s for it. A user's
    # Ctrl-C does not come here.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    logging.disable()  # gRPC logs what is answered UNIMPLEMENTED, and the engine would show that
    import grpc  # noqa: PLC0415 - imports are slow, and the engine may exit meanwhile
    from pulumi.runtime.proto import provider_pb2_grpc  # noqa: PLC0415 - likewise

    from pulumi_smtpconfig.plugin.interruption import THREADS  # noqa: PLC0415 - likewise
    from pulumi_smtpconfig.plugin.servicer import Servicer  # noqa: PLC0415 - likewise

    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    server = grpc.server(ThreadPoolExecutor(THREADS), options=unlimited)
    servicer = Servicer(sys.argv[-1])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
