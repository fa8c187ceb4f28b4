package dev.ramtide.deploy.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules on compiled classes find something as soon as the plan is narrower than the code. */
class BytecodeRulesTest {
  private static final HousePlan PLAN = HousePlan.actual();
  private static final JavaClasses CLASSES = BytecodeRules.ourClasses();

  @Test
  void anArrowTakenFromThePlanIsFound() {
    HousePlan narrower = new HousePlan(with("mappedram", Set.of("guest")), PLAN.walls());

    assertThat(BytecodeRules.arrows(CLASSES, narrower))
        .anyMatch(finding -> finding.contains("room mappedram may not see room qemustream"));
  }

  @Test
  void aRoomTakenFromThePlanIsFound() {
    Map<String, Set<String>> rooms = new LinkedHashMap<>(PLAN.rooms());
    rooms.remove("options");

    assertThat(BytecodeRules.arrows(CLASSES, new HousePlan(rooms, List.of())))
        .anyMatch(finding -> finding.contains("dev.ramtide.options."));
  }

  @Test
  void aNarrowerWallIsFound() {
    HousePlan narrower =
        new HousePlan(PLAN.rooms(), List.of(new HousePlan.Wall("picocli.", Set.of("options"))));

    assertThat(BytecodeRules.arrows(CLASSES, narrower))
        .anyMatch(finding -> finding.contains("room deploy.cli may not see picocli."))
        .noneMatch(finding -> finding.contains("room options"));
  }

  @Test
  void aCycleCannotBeWrittenIntoThePlan() {
    HousePlan.Table table = new HousePlan.Table();
    table.room("a");

    assertThatThrownBy(() -> table.room("b", "c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("c");
    assertThatThrownBy(() -> table.room("b", "b")).isInstanceOf(IllegalArgumentException.class);
  }

  private static Map<String, Set<String>> with(String room, Set<String> mayImport) {
    Map<String, Set<String>> rooms = new LinkedHashMap<>(PLAN.rooms());
    rooms.put(room, mayImport);
    return rooms;
  }
}
