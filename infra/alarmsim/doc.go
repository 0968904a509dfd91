// Package alarmsim is CloudWatch's alarms over virtual hours: lines of the
// embedded metric format and AWS's own metrics become datapoints, datapoints
// become states of metric alarms, those states of composite alarms, and changes
// of state messages of topics. It judges the alarms of the synthesised
// templates, so it shares no code with what makes them or the metrics.
//
// What AWS does not publish is a parameter ([Rules]): a judgement that is to be
// trusted holds for every value. What it cannot model it refuses, by name.
package alarmsim
