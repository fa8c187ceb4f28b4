package dev.ramtide.deploy.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page as a real agent and a real sink serve it, while checkpoints of a real guest arrive. */
@Timeout(400)
final class LivePageIT {
  private static final Duration SOON = Duration.ofSeconds(120);
  private static final GuestSpec SPEC =
      new GuestSpec(Machine.Q35, 64, GuestProgram.paced(16, 1024, 256));
  private static final Pattern ADDRESS = Pattern.compile("watch: (http://\\S+)/");

  @TempDir private Path directory;
  private Pipeline pipeline;
  private QemuGuest guest;
  private RamtideProcess agent;
  private RamtideProcess sink;
  private Browser browser;

  @BeforeEach
  void start() throws Exception {
    pipeline = Pipeline.start(directory);
    guest = QemuGuest.start(SPEC);
    guest.awaitMarker(SOON);
    agent =
        pipeline.start(
            "agent",
            "--vm=web-1",
            "--qmp=" + guest.agentSocket(),
            "--mode=live",
            "--interval=2s",
            "--metrics-port=0");
    sink = pipeline.start("sink", "--images=" + pipeline.images("site"), "--metrics-port=0");
    browser = Browser.start(directory);
  }

  @AfterEach
  void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
    pipeline.close();
    guest.close();
  }

  private static String address(RamtideProcess process) throws IOException {
    process.awaitStderr("watch: ", SOON);
    Matcher matcher = ADDRESS.matcher(process.stderr());
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  @Test
  void aSinkShowsWhatCanBeRestoredAndTheGuestsMemoryAndAnAgentItsCheckpoints() throws Exception {
    sink.awaitStderr("sealed vm=\"web-1\"", SOON);
    StatusPage page = new StatusPage(browser, address(sink)).width(1280, 1).openAt("web-1");
    StatusPage.await(() -> assertThat(page.text("answer")).containsIgnoringCase("yes"));
    StatusPage.await(() -> assertThat(page.row("web-1")).contains("sealed"));
    StatusPage.await(
        () -> assertThat(page.text("command")).contains("--vm web-1 --images ", " --checkpoint "));
    StatusPage.await(() -> assertThat(page.attribute("map", "width")).matches("[1-9]\\d*"));
    // Drawn from the sink's own tables: of a guest that is mostly empty, and that writes.
    StatusPage.await(() -> assertThat(page.probe(12)).anyMatch(LivePageIT::isOfMainMemory));
    String before = page.row("web-1");
    StatusPage.await(() -> assertThat(page.row("web-1")).isNotEqualTo(before));
    page.picture(Path.of("target", "live-sink.png"));
    assertThat(browser.log("browser")).isEmpty();

    StatusPage ofAgent = new StatusPage(browser, address(agent)).openAt("web-1");
    StatusPage.await(() -> assertThat(ofAgent.row("web-1")).containsAnyOf("idle", "capturing"));
    ofAgent.picture(Path.of("target", "live-agent.png"));
  }

  private static boolean isOfMainMemory(StatusPage.Probe probe) {
    return probe.marked() && probe.facts().containsValue("pc.ram");
  }
}
