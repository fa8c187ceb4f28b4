package dev.ramtide.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DemoResultTest {
  private static final String LINE =
      """
      {"checkpoint":2,"epoch":0,"keyframe":false,"mode":"background","start":"2026-11-22T21:00:00Z",\
      "complete":"2026-11-22T21:00:01.5Z","pauseMs":2.5,"pages":{"scanned":100,"zero":40,"unchanged":90,\
      "published":10,"publishedBytes":40960}}""";
  private static final RamComparison EQUAL = new RamComparison(32768, 0, -1);
  private static final DemoRestore RESTORED =
      new DemoRestore(2, DemoRestore.Origin.LOG, EQUAL, true);

  @Test
  void whatTheAgentPrintedIsInTheJsonObject() throws Exception {
    DemoCheckpoint checkpoint = DemoCheckpoint.parse(LINE);
    assertThat(checkpoint.took().toMillis()).isEqualTo(1500);
    assertThat(new DemoResult("10.0.2", 128, List.of(checkpoint), true, List.of(RESTORED)).toJson())
        .isEqualTo(
            """
            {"qemu":"10.0.2","guestMiB":128,"checkpoints":[{"number":2,"keyframe":false,"mode":"background",\
            "pauseMs":2.5,"pagesScanned":100,"pagesPublished":10,"pagesZero":40,"bytesPublished":40960}],\
            "sinkKilled":true,"restored":[{"checkpoint":2,"from":"log","pagesCompared":32768,"pagesDifferent":0,\
            "guestResumed":true}]}""");
  }

  @Test
  void aRunIsGoodOnlyIfEveryPartOfItIs() {
    DemoRestore different =
        new DemoRestore(2, DemoRestore.Origin.IMAGE, new RamComparison(2, 1, 0), true);
    DemoRestore dead = new DemoRestore(2, DemoRestore.Origin.IMAGE, EQUAL, false);
    assertThat(result(true, RESTORED, RESTORED).isGood()).isTrue();
    assertThat(result(false, RESTORED, RESTORED).isGood()).isFalse();
    assertThat(result(true, RESTORED, different).isGood()).isFalse();
    assertThat(result(true, dead, RESTORED).isGood()).isFalse();
  }

  private static DemoResult result(boolean sinkKilled, DemoRestore... restored) {
    return new DemoResult("10.0.2", 128, List.of(), sinkKilled, List.of(restored));
  }
}
