package dev.ramtide.deploy.secured;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.embedded.SecuredBroker.Door;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One sink for many VMs, which come while it runs, and some of which it may not read for a while.
 */
final class FleetIT {
  private static final String DENY =
      "kafka-acls.sh --bootstrap-server kafka:9093 --command-config admin.properties --add --deny-principal User:sink"
          + " --operation Read --resource-pattern-type ";

  @TempDir private static Path directory;
  private static SecuredBed bed;
  private static Grants grants;

  @BeforeAll
  static void start() throws Exception {
    bed = SecuredBed.start(directory);
    grants = bed.grants();
    bed.withCertificate("sink");
    grants.add("sink");
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  @Test
  void newVmsAreFollowedAndOneThatMayNotBeReadStopsNoOther() throws Exception {
    AclLine deniedVm = AclLine.parse(DENY + "prefixed --topic ramtide.web-2.");
    AclLine deniedPages = AclLine.parse(DENY + "literal --topic ramtide.web-1.pages");
    grants.add(deniedVm);
    try (RamtideProcess sink = sink()) {
      capture("db-1");
      capture("web-1");
      awaitSealed(sink, "web-1", 1);
      capture("web-2");
      sink.awaitStderr("lacks the right Read on topic ramtide.web-2.checkpoints", SecuredBed.SOON);
      capture("web-1");
      awaitSealed(sink, "web-1", 2);

      grants.add(deniedPages);
      grants.remove(deniedVm);
      capture("web-1");
      sink.awaitStderr("lacks the right Read on topic ramtide.web-1.pages", SecuredBed.SOON);
      awaitSealed(sink, "web-2", 1);
      capture("web-2");
      awaitSealed(sink, "web-2", 2);
      capture("web-3");
      awaitSealed(sink, "web-3", 1);

      assertThat(sink.stderr()).doesNotContain("sealed vm=\"web-1\" checkpoint=\"3\"");
      grants.remove(deniedPages);
      awaitSealed(sink, "web-1", 3);
      assertThat(sink.stderr()).doesNotContain("db-1").doesNotContain("\tat ");
    }
  }

  private static RamtideProcess sink() throws Exception {
    String images = bed.images("site").toString();
    return bed.start("sink", Door.MTLS, "sink", "--images", images, "--vm-pattern", "web-.*");
  }

  private static void capture(String vm) throws Exception {
    bed.run("admin", Door.MTLS, bed.agent(vm));
  }

  private static void awaitSealed(RamtideProcess sink, String vm, long checkpoint)
      throws Exception {
    sink.awaitStderr("sealed vm=\"" + vm + "\" checkpoint=\"" + checkpoint + "\"", SecuredBed.SOON);
  }
}
