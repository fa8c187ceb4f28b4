package dev.ramtide.deploy.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FaultScheduleTest {
  private static final Duration LONG = Duration.ofMinutes(20);
  private static final Set<FaultKind> OF_BROKERS =
      EnumSet.of(FaultKind.BROKER_KILL, FaultKind.BROKER_STOP);

  @Test
  void theSameSeedIsTheSameScheduleAndAnotherIsAnother() {
    assertThat(FaultSchedule.of(7, LONG)).isEqualTo(FaultSchedule.of(7, LONG));
    assertThat(FaultSchedule.of(7, LONG)).isNotEqualTo(FaultSchedule.of(8, LONG));
  }

  @Test
  void neverAreTwoBrokersDownAtOnce() {
    for (FaultSchedule schedule : someSchedules(LONG)) {
      List<Fault> ofBrokers =
          schedule.lanes().stream()
              .flatMap(List::stream)
              .filter(fault -> OF_BROKERS.contains(fault.kind()))
              .sorted((one, other) -> Long.compare(one.atMs(), other.atMs()))
              .toList();
      assertThat(ofBrokers).hasSizeGreaterThan(20);
      for (int n = 1; n < ofBrokers.size(); n++) {
        assertThat(ofBrokers.get(n).atMs()).isGreaterThan(ofBrokers.get(n - 1).endMs());
      }
    }
  }

  @Test
  void inALaneNothingOverlaps() {
    for (FaultSchedule schedule : someSchedules(LONG)) {
      for (List<Fault> lane : schedule.lanes()) {
        for (int n = 1; n < lane.size(); n++) {
          assertThat(lane.get(n).atMs()).isGreaterThan(lane.get(n - 1).endMs());
        }
      }
    }
  }

  @Test
  void everyBrokerAndEverySinkIsHurt() {
    FaultSchedule schedule = FaultSchedule.of(1, LONG);
    for (FaultKind kind :
        List.of(
            FaultKind.BROKER_KILL,
            FaultKind.BROKER_STOP,
            FaultKind.SINK_KILL,
            FaultKind.SINK_STOP)) {
      assertThat(targets(schedule, kind)).as(kind.word()).containsExactlyInAnyOrder(0, 1, 2);
    }
  }

  @Test
  void howeverShortARunIsEveryKindIsInIt() {
    for (FaultSchedule schedule : someSchedules(Duration.ofSeconds(1))) {
      Set<FaultKind> kinds =
          schedule.lanes().stream()
              .flatMap(List::stream)
              .map(Fault::kind)
              .collect(Collectors.toSet());
      assertThat(kinds).containsExactlyInAnyOrder(FaultKind.values());
    }
  }

  @Test
  void someStopsOutlastTheGroupAndTheControllerAndSomeDoNot() {
    FaultSchedule schedule = FaultSchedule.of(1, LONG);
    assertThat(lengthsMs(schedule, FaultKind.SINK_STOP))
        .anyMatch(lengthMs -> lengthMs > 6000)
        .anyMatch(lengthMs -> lengthMs < 6000);
    assertThat(lengthsMs(schedule, FaultKind.BROKER_STOP))
        .anyMatch(lengthMs -> lengthMs > 3000)
        .anyMatch(lengthMs -> lengthMs < 3000);
  }

  @Test
  void comparisonsComeInOrderWithinTheRun() {
    List<Long> times = FaultSchedule.of(1, LONG).comparisonsMs();
    assertThat(times).hasSizeGreaterThan(20).isSorted();
    assertThat(times.get(times.size() - 1)).isLessThan(LONG.toMillis());
  }

  private static List<FaultSchedule> someSchedules(Duration length) {
    return LongStream.range(0, 50).mapToObj(seed -> FaultSchedule.of(seed, length)).toList();
  }

  private static List<Long> lengthsMs(FaultSchedule schedule, FaultKind kind) {
    return schedule.lanes().stream()
        .flatMap(List::stream)
        .filter(fault -> fault.kind() == kind)
        .map(Fault::lengthMs)
        .toList();
  }

  private static Set<Integer> targets(FaultSchedule schedule, FaultKind kind) {
    return schedule.lanes().stream()
        .flatMap(List::stream)
        .filter(fault -> fault.kind() == kind)
        .map(Fault::target)
        .collect(Collectors.toSet());
  }
}
