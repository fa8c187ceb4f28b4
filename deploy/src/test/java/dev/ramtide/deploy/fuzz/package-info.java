/** Runs the fuzz targets of all modules, each in a JVM of its own; owns those processes. */
@NullMarked
package dev.ramtide.deploy.fuzz;

import org.jspecify.annotations.NullMarked;
