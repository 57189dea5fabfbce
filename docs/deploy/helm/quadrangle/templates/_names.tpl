{{/* The name of the release's objects: quadrangle, or RELEASE-quadrangle. */}}
{{- define "quadrangle.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* What selects the pods of a component. Call it with (dict "root" $ "component" "gateway"). */}}
{{- define "quadrangle.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* The labels of a component's objects. */}}
{{- define "quadrangle.labels" -}}
{{ include "quadrangle.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "quadrangle.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "quadrangle.name" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
