package dev.ramtide.deploy.watch;

import static dev.ramtide.deploy.watch.StatusPage.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.watch.MadeVm.MadeCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The status page in a real Chromium: its words, its keys, its colours, and what it asks for. */
class StatusPageIT {
  private static final Path PICTURES = Path.of("target/status-page");

  private static Browser browser;

  private final Instant now = Instant.now();
  private MadeSite site;

  /** Another than the one of the test may have been opened. */
  private boolean faultsAreMeant;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException, InterruptedException {
    Files.createDirectories(PICTURES);
    browser = Browser.start(directory);
  }

  @AfterAll
  static void end() throws IOException {
    browser.close();
  }

  @BeforeEach
  void ordinary() throws IOException, InterruptedException {
    browser.log("browser");
    browser.log("performance");
  }

  @AfterEach
  void nothingWasAskedOfOthersAndNothingComplainedOf() throws IOException, InterruptedException {
    browser.open("about:blank");
    site.close();
    assertThat(hostsThatWereAsked()).isSubsetOf(site.uri().replaceFirst("^http://", ""));
    if (!faultsAreMeant) {
      assertThat(browser.log("browser")).isEmpty();
    }
  }

  /** From the log of DevTools: of every request of the page, also of one that was refused. */
  private static Set<String> hostsThatWereAsked() throws IOException, InterruptedException {
    Set<String> hosts = new TreeSet<>();
    for (JsonNode entry : browser.log("performance")) {
      JsonNode message = messageOf(entry);
      if (message.get("method").asText().equals("Network.requestWillBeSent")) {
        String uri = message.at("/params/request/url").asText();
        hosts.add(uri.replaceFirst("^[a-z]+://([^/]*).*$", "$1"));
      }
    }
    return hosts;
  }

  private static JsonNode messageOf(JsonNode entry) throws IOException {
    return Browser.json(entry.get("message").asText()).get("message");
  }

  private StatusPage page(MadeSite made) throws IOException, InterruptedException {
    site = made;
    return new StatusPage(browser, made.uri()).width(1280, 1).scheme("light");
  }

  @Test
  void theFirstGlanceAnswersInWords() throws IOException, InterruptedException {
    StatusPage page = page(MadeSite.sink().with(MadeScenes.sealed(now))).open();

    await(() -> assertThat(page.text("verdict")).isEqualTo("Yes. web-1 can be restored."));
    assertThat(page.text("moment")).matches("To \\S+ UTC, \\d+ s ago, checkpoint 44\\.");
    assertThat(page.text("who")).isEqualTo("Ramtide sink on host-7");
    String before = page.text("moment");
    await(() -> assertThat(page.text("moment")).isNotEqualTo(before));
  }

  @Test
  void aFailedVmStandsFirstWithItsReason() throws IOException, InterruptedException {
    StatusPage page = page(MadeScenes.sink(now)).open();

    await(
        () ->
            assertThat(page.text("verdict"))
                .isEqualTo("Yes, but old-3 has failed: its moment only grows older."));
    assertThat(page.text("moment")).contains("that of old-3").contains("2 h 30 min ago");
    assertThat(page.text("fleet")).startsWith("old-3");
    assertThat(page.row("old-3")).contains("failed").contains("offset 8831").contains("#30");
    assertThat(page.row("db-1")).contains("applying", "#11", "1,204 rec · 574 MiB");
    assertThat(page.row("web-1")).contains("sealed", "#44");
    assertThat(page.count("#vm:not([hidden])")).isZero();
  }

  @Test
  void whatOnlyTheLogHasCanBeRestoredToo() throws IOException, InterruptedException {
    MadeVm filling = MadeScenes.history(new MadeVm("new-1"), now, 2).state("filling", null);
    StatusPage page = page(MadeSite.sink().with(filling.restorableFromLog())).open();

    await(() -> assertThat(page.text("verdict")).isEqualTo("Yes. new-1 can be restored."));
    assertThat(page.text("moment")).matches("To \\S+ UTC, \\d+ s ago, checkpoint 2\\.");
    assertThat(page.row("new-1")).contains("filling", "#2").containsPattern("\\d+ s\\b");
    assertThat(page.text("vm-list")).contains("Newest sealed\nnone");
    assertThat(page.text("command")).contains("--checkpoint 2 ");
  }

  @Test
  void whatCannotBeRestoredIsSaid() throws IOException, InterruptedException {
    StatusPage page = page(MadeSite.sink().with(new MadeVm("new-1"))).open();
    await(() -> assertThat(page.text("verdict")).isEqualTo("No. new-1 cannot be restored yet."));
    assertThat(page.row("new-1")).contains("no image yet").contains("nothing");

    site.with(MadeScenes.sealed(now));
    await(
        () ->
            assertThat(page.text("verdict"))
                .isEqualTo("Not all. 1 of 2 VMs can be restored; new-1 cannot."));
  }

  @Test
  void theKeyboardGoesAllTheWay() throws IOException, InterruptedException {
    StatusPage page = page(MadeScenes.sink(now)).open();
    await(() -> assertThat(page.row("web-1")).isNotEmpty());

    page.tabTo("web-1");
    browser.press("ENTER");
    await(() -> assertThat(page.text("vm-name")).isEqualTo("web-1"));
    assertThat(page.count("a[aria-current]")).isEqualTo(1);

    browser.devTools(
        "Browser.grantPermissions",
        Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
    page.tabTo("copy");
    browser.press("ENTER");
    await(() -> assertThat(page.text("copied")).isEqualTo("Copied."));
    assertThat(browser.script("return navigator.clipboard.readText()").asText())
        .isEqualTo(page.text("command"))
        .startsWith("ramtide restore ")
        .contains("--vm web-1 --checkpoint 44");

    page.tabTo("chart");
    browser.press("LEFT", "LEFT", "LEFT");
    assertThat(page.attribute("chart", "aria-valuenow")).isEqualTo("41");
    assertThat(page.attribute("chart", "aria-valuetext"))
        .isEqualTo(page.text("chart-readout"))
        .contains("#41 ·", "pause 7.3 ms", "301 MiB published", "keyframe");
    browser.press("HOME");
    assertThat(page.attribute("chart", "aria-valuenow")).isEqualTo("1");

    page.tabTo("Checkpoints as a table");
    browser.press("ENTER");
    await(() -> assertThat(page.count("#timeline-rows tr")).isEqualTo(MadeScenes.CHECKPOINTS));
    assertThat(page.text("timeline-rows")).contains("“before upgrade”").contains("sealed");
  }

  @ParameterizedTest
  @CsvSource({"light, 1280, 1", "dark, 1280, 1", "light, 360, 2", "dark, 1000, 2"})
  void everyCellHasTheColourOfItsAgeAndTellsOfItsPages(String scheme, int width, int scale)
      throws IOException, InterruptedException {
    MadeVm vm = MadeScenes.sealed(now);
    StatusPage page = page(MadeSite.sink().with(vm)).width(width, scale).scheme(scheme).open();
    await(() -> assertThat(page.cell()).isNotEmpty());

    List<StatusPage.Probe> probes = page.probe(9);

    assertThat(probes).hasSizeGreaterThan(500);
    MapOracle oracle = new MapOracle(page, vm.memory(), MadeScenes.CHECKPOINTS);
    for (StatusPage.Probe probe : probes) {
      oracle.check(probe);
    }
    assertThat(oracle.seen())
        .contains("--age-7", "--zero", "--never")
        .hasSizeGreaterThanOrEqualTo(8);
    assertThat(oracle.blocks()).contains("pc.ram", "vga.vram", "pc.bios");
  }

  @Test
  void aCheckpointThatArrivesIsSeenAtOnce() throws IOException, InterruptedException {
    MadeVm vm = MadeScenes.sealed(now);
    StatusPage page = page(MadeSite.sink().with(vm)).open();
    await(() -> assertThat(page.cell()).containsEntry("Last changed", "before #5"));

    // The middle of what no checkpoint has ever written.
    vm.memory().write(0, 100_000, 4_000, 45).zero(0, 0, 2_000, 45);
    vm.add(new MadeCheckpoint(45, false, "", Instant.now(), 5, 4_000 * 4_096L)).seal(45);

    await(() -> assertThat(page.cell()).containsEntry("Last changed", "#45"));
    assertThat(page.row("web-1")).contains("#45");
    assertThat(page.text("legend")).contains("#45 (newest)");
    assertThat(page.attribute("chart", "aria-valuemax")).isEqualTo("45");
    MapOracle oracle = new MapOracle(page, vm.memory(), 45);
    for (StatusPage.Probe probe : page.probe(7)) {
      oracle.check(probe);
    }
    assertThat(oracle.seen()).contains("--age-0", "--age-1", "--zero");
  }

  @Test
  void theMapIsAskedForAnewOnlyWhenItMayDiffer() throws IOException, InterruptedException {
    MadeVm vm = MadeScenes.sealed(now);
    StatusPage page = page(MadeSite.sink().with(vm)).open();
    await(() -> assertThat(page.cell()).isNotEmpty());
    await(() -> assertThat(statusesAsked()).isGreaterThan(3));

    assertThat(site.asked().stream().filter("vms/web-1/memory/0"::equals)).hasSize(1);
    assertThat(site.asked().stream().filter("vms/web-1/checkpoints"::equals)).hasSize(1);
    vm.state("applying", null);
    await(
        () ->
            assertThat(site.asked().stream().filter("vms/web-1/memory/0"::equals))
                .hasSizeGreaterThan(2));
  }

  private long statusesAsked() {
    return site.asked().stream().filter("status"::equals).count();
  }

  @Test
  void theKeyboardWalksAndZoomsTheMap() throws IOException, InterruptedException {
    StatusPage page = page(MadeSite.sink().with(MadeScenes.sealed(now))).open();
    await(() -> assertThat(page.cell()).containsEntry("Pages", "0 to 7"));

    page.tabTo("map");
    browser.press("DOWN", "RIGHT", "RIGHT");
    assertThat(page.cell()).containsEntry("Pages", "1,040 to 1,047");
    assertThat(page.cell()).containsEntry("Offset in it", "0x410000");
    assertThat(page.text("map-words")).startsWith("RAMBlock pc.ram, Pages 1,040 to 1,047");

    browser.press("+", "+");
    await(() -> assertThat(page.cell()).containsEntry("Page", "1,040"));
    assertThat(page.text("memory-note")).contains("32 MiB of pc.ram, from 0x0.", "1 page (4 KiB)");
    browser.press("-");
    await(() -> assertThat(page.cell()).containsEntry("Pages", "1,040 to 1,041"));
    browser.press("0");
    await(() -> assertThat(page.text("memory-note")).contains("529 MiB in 7 RAMBlocks"));

    browser.press("UP", "UP"); // above the first row there is nothing
    assertThat(page.cell()).containsEntry("Pages", "16 to 23");
    browser.press("LEFT", "LEFT", "LEFT");
    assertThat(page.cell()).containsEntry("Pages", "0 to 7");
  }

  @Test
  void aWindowMovesAtItsEdge() throws IOException, InterruptedException {
    StatusPage page = page(MadeSite.sink().with(MadeScenes.sealed(now))).open();
    await(() -> assertThat(page.cell()).isNotEmpty());
    page.tabTo("map");
    browser.press("+", "+", "+", "+", "+", "+", "+");
    await(() -> assertThat(page.text("memory-note")).contains("1 MiB of pc.ram, from 0x0."));
    int columns = 16;
    for (int row = 1; row <= 256 / columns; row++) {
      browser.press("DOWN");
    }
    await(() -> assertThat(page.text("memory-note")).contains("1 MiB of pc.ram, from 0x80000."));
    await(() -> assertThat(page.cell()).containsEntry("Page", "256"));
  }

  @Test
  void thePointerTellsOfACellAndTheWheelZoomsWhereTheFocusIs()
      throws IOException, InterruptedException {
    StatusPage page = page(MadeSite.sink().with(MadeScenes.sealed(now))).open();
    await(() -> assertThat(page.cell()).containsEntry("Pages", "0 to 7"));
    int[] middle = page.middleOf("map");

    browser.pointAt(middle[0], middle[1]);
    await(() -> assertThat(page.cell()).doesNotContainEntry("Pages", "0 to 7"));
    assertThat(page.text("map-words")).as("a pointer is not read out").isEmpty();
    int scrolled = scrolled();
    browser.wheelAt(middle[0], middle[1], -20);
    await(() -> assertThat(scrolled()).as("the wheel is the page's").isLessThan(scrolled));
    assertThat(page.text("memory-note")).contains("7 RAMBlocks");

    int[] again = page.middleOf("map");
    browser.clickAt(again[0], again[1]);
    browser.wheelAt(again[0], again[1], -20);
    await(() -> assertThat(page.text("memory-note")).contains("128 MiB of pc.ram"));
    assertThat(page.attribute("zoom-all", "aria-disabled")).isEqualTo("false");
    int[] all = page.middleOf("zoom-all");
    browser.clickAt(all[0], all[1]);
    await(() -> assertThat(page.text("memory-note")).contains("7 RAMBlocks"));
  }

  private static int scrolled() throws IOException, InterruptedException {
    return browser.script("return Math.round(scrollY)").asInt();
  }

  @Test
  void aSilentServerMakesTheAnswerUnknownSinceThen() throws IOException, InterruptedException {
    faultsAreMeant = true;
    StatusPage page = page(MadeSite.sink().with(MadeScenes.sealed(now))).open();
    await(() -> assertThat(page.text("verdict")).startsWith("Yes."));

    int port = site.stop();
    await(
        () ->
            assertThat(page.text("verdict"))
                .matches(
                    "Unknown\\. The sink has not answered since .*\\d\\d:\\d\\d:\\d\\d UTC\\."));
    assertThat(page.text("moment")).startsWith("Below is what was true at ");
    assertThat(page.text("link")).isEqualTo("no answer, asked again every 2 s");
    assertThat(page.row("web-1")).as("what was known stays").contains("#44");
    String since = page.text("verdict");
    String age = page.text("vm-age");
    Thread.sleep(4_500); // two more beats
    assertThat(page.text("verdict")).isEqualTo(since);
    assertThat(page.text("vm-age")).as("nobody knows whether it grew").isEqualTo(age);
    page.picture(PICTURES.resolve("silent.png"));

    site.startAgain(port);
    await(() -> assertThat(page.text("verdict")).isEqualTo("Yes. web-1 can be restored."));
  }

  @Test
  void aServerThatCannotTellIsQuoted() throws IOException, InterruptedException {
    faultsAreMeant = true;
    StatusPage page = page(MadeSite.sink().with(MadeScenes.sealed(now))).open();
    await(() -> assertThat(page.text("verdict")).startsWith("Yes."));

    site.fail("status", "the directory is gone");
    await(() -> assertThat(page.text("verdict")).startsWith("Unknown."));
    assertThat(page.text("moment")).contains("the directory is gone");
    site.recover();
    await(() -> assertThat(page.text("verdict")).startsWith("Yes."));
  }

  @Test
  void aPartThatCannotBeHadSaysSoAndLeavesTheAnswer() throws IOException, InterruptedException {
    faultsAreMeant = true;
    site = MadeSite.sink().with(MadeScenes.sealed(now));
    site.fail("memory/3", "no such block");
    StatusPage page = page(site).open();
    await(
        () ->
            assertThat(page.text("memory-note")).contains("could not be read: ", "no such block"));
    assertThat(page.text("verdict")).isEqualTo("Yes. web-1 can be restored.");
    site.recover();
    await(() -> assertThat(page.text("memory-note")).startsWith("529 MiB in 7 RAMBlocks."));

    site.fail("memory", "no image");
    await(() -> assertThat(page.text("memory-note")).contains("could not be read: ", "no image"));
    site.recover();
    await(() -> assertThat(page.text("memory-note")).startsWith("529 MiB in 7 RAMBlocks."));

    site.fail("checkpoints", "the log is cut");
    page.open();
    await(() -> assertThat(page.text("timeline-note")).endsWith("the log is cut"));
    site.recover();
    await(() -> assertThat(page.text("timeline-note")).startsWith("44 checkpoints."));
  }

  @Test
  void aPageThatNobodySeesAsksNothing() throws IOException, InterruptedException {
    StatusPage page = page(MadeSite.sink().with(MadeScenes.sealed(now))).open();
    await(() -> assertThat(page.cell()).isNotEmpty());

    String tab = browser.openTab();
    await( // what was under way is answered, and then nothing for more than two beats
        () -> {
          int before = site.asked().size();
          Thread.sleep(5_000);
          assertThat(site.asked()).hasSize(before);
        });

    int asked = site.asked().size();
    browser.closeTab(tab);
    await(() -> assertThat(site.asked()).hasSizeGreaterThan(asked));
  }

  @Test
  void aTextIsNeverMarkup() throws IOException, InterruptedException {
    String evil = "<img src=x onerror=alert(1)><b>&amp;";
    MadeVm vm = MadeScenes.sealed(now).state("failed", evil);
    vm.add(new MadeCheckpoint(45, true, evil, now, 3, 4_096));
    StatusPage page = page(MadeSite.sink().with(vm)).open();

    await(() -> assertThat(page.text("vm-trouble")).isEqualTo(evil));
    await(() -> assertThat(page.text("chart-readout")).contains("“" + evil + "”"));
    assertThat(page.row("web-1")).contains(evil);
    assertThat(page.count("img, b")).isZero();
    page.openAt("%3Cimg%20src%3Dx%3E");
    await(() -> assertThat(page.text("vm-name")).isEqualTo("<img src=x>"));
    assertThat(page.text("vm-trouble")).isEqualTo("There is no VM of this name at this sink.");
  }

  @Test
  void anAgentShowsTheCaptureUnderWay() throws IOException, InterruptedException {
    StatusPage page = page(MadeScenes.agent(now)).openAt("web-1");

    await(
        () ->
            assertThat(page.text("verdict"))
                .isEqualTo("Yes. Both VMs can be restored from Kafka."));
    assertThat(page.text("capture-words"))
        .startsWith("Checkpoint 45: 48,200 of 131,072 pages, for ");
    assertThat(browser.script("return document.querySelector('[aria-current=step]').textContent"))
        .hasToString("\"transfer\"");
    assertThat(browser.script("return document.querySelector('progress').position").asDouble())
        .isBetween(0.36, 0.37);
    assertThat(page.count("#memory:not([hidden])")).isZero();
    assertThat(page.row("web-1")).contains("capturing").doesNotContain("rec");
    await(() -> assertThat(page.text("timeline-note")).startsWith("44 checkpoints."));
  }

  /** Only the bar of a capture glides, and that not for who has asked the system for calm. */
  @ParameterizedTest
  @ValueSource(strings = {"no-preference", "reduce"})
  void whoWantsNoMotionSeesNone(String preference) throws IOException, InterruptedException {
    MadeVm vm = MadeScenes.history(new MadeVm("web-1"), now, 44);
    vm.capture("transfer", 13_107, 131_072, now);
    StatusPage page = page(MadeSite.agent().with(vm)).motion(preference).openAt("web-1");
    await(() -> assertThat(page.text("capture-words")).contains(": 13,107 of"));
    await(() -> assertThat(page.filled()).isBetween(0.08, 0.12));

    page.watchMotion().pace(0.00001); // What glides now would need hours.
    vm.capture("acknowledge", 117_965, 131_072, now);
    await(() -> assertThat(page.text("capture-words")).contains(": 117,965 of"));
    double filled = page.filled();
    page.pace(1).tabTo("chart");
    browser.press("LEFT", "HOME", "END");

    assertThat(filled).isCloseTo(preference.equals("reduce") ? 0.9 : 0.1, Offset.offset(0.03));
    assertThat(page.moved()).isEmpty();
    browser.script("document.body.animate({opacity: [0.9, 1]}, 60000)");
    await(() -> assertThat(page.moved()).as("what moves is seen").containsExactly("script"));
  }

  @Test
  void twoHundredVmsAndSixtyFourGibibytesAreNoMatter() throws IOException, InterruptedException {
    StatusPage page = page(MadeScenes.large(now)).openAt("vm-150");
    await(() -> assertThat(page.text("verdict")).isEqualTo("Yes. All 200 VMs can be restored."));
    assertThat(page.count("#fleet tr")).isEqualTo(200);
    assertThat(browser.script("return document.getElementById('fleet-frame').scrollTop").asInt())
        .as("the chosen one is in sight")
        .isPositive();

    page.tabTo("filter");
    browser.press("h", "u", "g", "e");
    assertThat(page.count("#fleet tr:not([hidden])")).isEqualTo(1);
    page.openAt("huge-1");
    await(() -> assertThat(page.text("memory-note")).startsWith("64 GiB in 2 RAMBlocks."));
    assertThat(page.text("memory-note")).contains("1,024 pages (4 MiB)", "50 % of it is zero");
    page.tabTo("skip-to-vm"); // past two hundred links
    browser.press("ENTER");
    page.tabTo("map");
    browser.press("UP", "LEFT", "DOWN"); // nothing beyond the first cell
    assertThat(page.cell()).containsEntry("Last changed", "#1");
    page.picture(PICTURES.resolve("large.png"));
    for (int times = 0; times < 9; times++) {
      browser.press("+");
    }
    await(() -> assertThat(page.cell()).containsKey("Page"));
  }

  @ParameterizedTest
  @CsvSource({"sink, light", "sink, dark", "agent, light", "agent, dark"})
  void itCanBeReadAndNothingSticksOut(String role, String scheme)
      throws IOException, InterruptedException {
    boolean isSink = role.equals("sink");
    StatusPage page = page(isSink ? MadeScenes.sink(now) : MadeScenes.agent(now)).scheme(scheme);
    for (int width : new int[] {1280, 360}) {
      page.width(width, width == 360 ? 2 : 1).openAt("web-1");
      await(() -> assertThat(page.text("timeline-note")).startsWith("44 checkpoints."));
      await(() -> assertThat(page.cell().isEmpty()).isEqualTo(!isSink));
      page.picture(PICTURES.resolve(role + "-" + width + "-" + scheme + ".png"));
      assertThat(browser.script("return document.documentElement.scrollWidth").asInt())
          .isLessThanOrEqualTo(width);
      assertThat(browser.script(Readability.FAINT_TEXTS)).isEmpty();
    }
  }

  /** The picture of the README: deploy/target/status-page/readme.png. */
  @Test
  void aPictureOfItIsSmall() throws IOException, InterruptedException {
    StatusPage page = page(MadeScenes.calm(now)).width(1000, 1).openAt("web-1");
    await(() -> assertThat(page.text("timeline-note")).startsWith("44 checkpoints."));
    await(() -> assertThat(page.cell()).isNotEmpty());

    page.picture(PICTURES.resolve("readme.png"));

    assertThat(Files.size(PICTURES.resolve("readme.png"))).isBetween(20_000L, 200_000L);
  }

  @Test
  void aScreenReaderFindsItsWay() throws IOException, InterruptedException {
    StatusPage page = page(MadeScenes.sink(now)).openAt("web-1");
    await(() -> assertThat(page.cell()).isNotEmpty());

    Readability tree = Readability.of(browser);

    assertThat(tree.names("banner")).hasSize(1);
    assertThat(tree.names("main")).hasSize(1);
    assertThat(tree.names("contentinfo")).hasSize(1);
    assertThat(tree.names("heading"))
        .contains(
            "Ramtide sink on host-7",
            "Could I restore now, and to which moment?",
            "3 VMs",
            "web-1",
            "Restore command",
            "Checkpoints",
            "Memory");
    assertThat(tree.names("region")).contains("3 VMs", "web-1", "Checkpoints", "Memory");
    assertThat(tree.names("slider")).containsExactly("Checkpoints");
    assertThat(tree.names("application")).containsExactly("Memory");
    assertThat(tree.names("columnheader")).contains("VM", "State", "Restorable to", "Age");
    assertThat(tree.names("button"))
        .containsExactlyInAnyOrder("Copy", "Zoom out", "Zoom in", "All memory");
    assertThat(tree.unnamed()).isEmpty();
  }
}
